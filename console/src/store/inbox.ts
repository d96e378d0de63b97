/** The lists that are open, and who has to hear when a conversation changed. */
import { batch } from "@preact/signals";
import type { Api } from "../api/client";
import { Problem } from "../api/client";
import type { Change, Conversation } from "../api/types";
import { backoff } from "../live/backoff";
import { conversation, forget, keep, read } from "./conversations";
import { type Filters, List, type ViewName } from "./list";

/** Told of a conversation's new state; null if one can't see it any more. */
export type Watcher = (id: string, shown: Conversation | null, events: readonly string[]) => void;

/** So many are read at the same time: the API has other callers, too. */
const AT_ONCE = 6;
/** Where more changed than this, reading the lists anew is cheaper. */
const MANY = 60;
/** Lists that stay known though nobody looks at them. */
const KEPT_LISTS = 6;

export class Inbox {
  private readonly lists = new Map<string, List>();
  private readonly watchers = new Set<Watcher>();
  /** What changed and has not been read since, and what happened to it. */
  private readonly stale = new Map<string, Set<string>>();
  private readonly reading = new Set<string>();
  private tries = 0;
  private timer = 0;

  constructor(
    private readonly api: Api,
    private readonly agentId: string,
    /** The conversation that one looks at, if any. */
    private readonly openId: () => string | undefined = () => undefined,
  ) {}

  /** The list of a view with these filters, the same one each time. The first time it is empty: `load` it. */
  list(view: ViewName, filters: Filters = {}): List {
    const key = JSON.stringify([view, Object.entries(filters).sort()]);
    const found = this.lists.get(key) ?? new List(this.api, view, filters, this.agentId);
    this.lists.delete(key);
    this.lists.set(key, found); // the newest stands last
    this.dropOldest(key);
    return found;
  }

  /** Hear of every change; returns how to stop. */
  watch(watcher: Watcher): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  /** What an action of one's own answered. */
  take(shown: Conversation): void {
    const newest = keep(shown).peek();
    this.settle(shown.conversation_id, newest, shown, []);
  }

  /** Read anew what changed, once per conversation; what could not be read is tried again. */
  async changed(changes: readonly Change[]): Promise<void> {
    for (const { conversation_id: id, events } of changes) this.mark(id, Object.keys(events));
    if (this.stale.size > MANY) {
      this.stale.clear();
      return this.reset();
    }
    await this.readStale();
  }

  /** Read one conversation and let every list know. */
  async read(id: string, events: readonly string[] = []): Promise<void> {
    this.mark(id, events);
    await this.readStale();
  }

  /** Nobody can say what was missed: load every list that is known, and what one looks at. */
  async reset(): Promise<void> {
    const known = [...this.lists.values()].filter((list) => list.state.peek() !== "empty");
    const open = this.openId();
    await Promise.allSettled([...known.map((list) => list.load()), open && this.read(open, ["reset"])]);
  }

  /** Load what failed, and read what could not be read: the network is back. */
  async recover(): Promise<void> {
    const failed = [...this.lists.values()].filter((list) => list.state.peek() === "failed");
    await Promise.allSettled([this.readStale(), ...failed.map((list) => list.again())]);
  }

  private mark(id: string, events: readonly string[]): void {
    this.stale.set(id, new Set([...(this.stale.get(id) ?? []), ...events]));
  }

  private async readStale(): Promise<void> {
    clearTimeout(this.timer);
    await Promise.all(Array.from({ length: AT_ONCE - this.reading.size }, () => this.workOff()));
    if (!this.stale.size) this.tries = 0;
    else if (!this.reading.size) this.timer = window.setTimeout(() => void this.readStale(), backoff(this.tries++));
  }

  /** One after the other until there is none, or the network fails. What changes while it is read is read again. */
  private async workOff(): Promise<void> {
    for (;;) {
      const id = [...this.stale.keys()].find((one) => !this.reading.has(one));
      if (id === undefined) return;
      const events = [...(this.stale.get(id) ?? [])];
      this.stale.delete(id);
      this.reading.add(id);
      const isRead = await this.readOnce(id, events);
      this.reading.delete(id);
      if (isRead) continue;
      this.mark(id, events);
      return;
    }
  }

  private async readOnce(id: string, events: readonly string[]): Promise<boolean> {
    try {
      const shown = await read(this.api, id);
      const newest = conversation(id)?.peek() ?? null;
      this.settle(id, newest, shown ?? newest, events);
      return true;
    } catch (error) {
      const isGone = error instanceof Problem && (error.status === 404 || error.status === 403);
      if (!isGone) return false;
      forget(id);
      this.settle(id, null, null, events);
      return true;
    }
  }

  private settle(id: string, newest: Conversation | null, shown: Conversation | null, events: readonly string[]): void {
    batch(() => {
      for (const list of this.lists.values()) if (list.state.peek() !== "empty") list.settle(id, newest);
      for (const watcher of this.watchers) watcher(id, shown, events);
    });
  }

  private dropOldest(wanted: string): void {
    const mine = JSON.stringify(["mine", []]);
    for (const key of this.lists.keys()) {
      if (this.lists.size <= KEPT_LISTS) return;
      if (key !== wanted && key !== mine) this.lists.delete(key);
    }
  }
}
