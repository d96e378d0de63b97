/** The lists that are open, and who has to hear when a conversation changed. */
import type { Api } from "../api/client";
import { Problem } from "../api/client";
import type { Change, Conversation } from "../api/types";
import { forget, keep } from "./conversations";
import { type Filters, List, type ViewName } from "./list";

/** Told of a conversation's new state; null if one can't see it any more. */
export type Watcher = (id: string, shown: Conversation | null, events: readonly string[]) => void;

export class Inbox {
  private readonly lists = new Map<string, List>();
  private readonly watchers = new Set<Watcher>();

  constructor(
    private readonly api: Api,
    private readonly agentId: string,
  ) {}

  /** The list of a view with these filters, the same one each time. The first time it is empty: `load` it. */
  list(view: ViewName, filters: Filters = {}): List {
    const key = JSON.stringify([view, Object.entries(filters).sort()]);
    const found = this.lists.get(key) ?? new List(this.api, view, filters, this.agentId);
    this.lists.set(key, found);
    return found;
  }

  /** Hear of every change; returns how to stop. */
  watch(watcher: Watcher): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** What an action of one's own answered. */
  take(shown: Conversation): void {
    keep(shown);
    this.settle(shown.conversation_id, shown, []);
  }

  /** Read anew what changed, once per conversation. */
  async changed(changes: readonly Change[]): Promise<void> {
    const events = new Map<string, string[]>();
    for (const { conversation_id: id, events: told } of changes) {
      events.set(id, [...(events.get(id) ?? []), ...Object.keys(told)]);
    }
    await Promise.all([...events].map(([id, kinds]) => this.read(id, kinds)));
  }

  /** Read one conversation and let every list know. */
  async read(id: string, events: readonly string[] = []): Promise<void> {
    try {
      const shown = await this.api("GET", "/conversations/{conversation_id}", { path: { conversation_id: id } });
      keep(shown);
      this.settle(id, shown, events);
    } catch (error) {
      if (!(error instanceof Problem) || (error.status !== 404 && error.status !== 403)) return;
      forget(id);
      this.settle(id, null, events);
    }
  }

  /** Nobody can say what was missed: load every list that was ever shown. */
  async reset(): Promise<void> {
    const shown = [...this.lists.values()].filter((list) => list.state.value !== "empty");
    await Promise.allSettled(shown.map((list) => list.load()));
  }

  private settle(id: string, shown: Conversation | null, events: readonly string[]): void {
    for (const list of this.lists.values()) if (list.state.value !== "empty") list.settle(id, shown);
    for (const watcher of this.watchers) watcher(id, shown, events);
  }
}
