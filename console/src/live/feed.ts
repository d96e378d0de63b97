/**
 * The feed says what happened since a cursor, and tells the last minute each time: this remembers what is no news.
 * docs/push.md has the contract.
 */
import type { Change } from "../api/types";

/** Times that are so much older than the newest are forgotten: the feed doesn't tell them again. */
const FORGOTTEN_AFTER = 180_000;

export class News {
  private readonly told = new Map<string, number>();

  /** Those of the changes that have something in them which was not told before. */
  sift(changes: readonly Change[]): Change[] {
    const fresh = changes.filter((change) => {
      const entries = Object.entries(change.events).map(
        ([kind, at]) => [this.key(change, kind), Date.parse(at)] as const,
      );
      const news = entries.filter(([key, at]) => at > (this.told.get(key) ?? Number.NEGATIVE_INFINITY));
      for (const [key, at] of news) this.told.set(key, at);
      return news.length > 0;
    });
    this.forget();
    return fresh;
  }

  private key(change: Change, kind: string): string {
    return `${change.conversation_id} ${change.queue ?? ""} ${kind}`;
  }

  private forget(): void {
    const newest = Math.max(...this.told.values());
    for (const [key, at] of this.told) if (at < newest - FORGOTTEN_AFTER) this.told.delete(key);
  }
}
