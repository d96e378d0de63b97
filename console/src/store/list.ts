/** A list of conversations as somebody looks at it: read page by page, then kept true by what happens. */
import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import type { Api } from "../api/client";
import type { Conversation } from "../api/types";
import { conversation, keep } from "./conversations";
import { urgency } from "./due";
import { workspace } from "./workspace";

export type ViewName = "mine" | "queue" | "all";

/** What is looked for in a view; all of it empty shows everything that is open. */
export interface Filters {
  readonly queue?: string;
  readonly channel?: string;
  readonly priority?: "urgent" | "high" | "normal" | "low";
  readonly tag?: string;
  readonly status?: "waiting" | "assigned" | "idle" | "snoozed" | "resolved";
  readonly owner?: string;
}

export type ListState = "empty" | "loading" | "ready" | "failed";

/** Conversations that are shown one below the other, and read as one goes on. */
export interface Rows {
  readonly ids: ReadonlySignal<readonly string[]>;
  readonly state: ReadonlySignal<ListState>;
  readonly error: ReadonlySignal<unknown>;
  /** Whether there is more to read. */
  readonly hasMore: ReadonlySignal<boolean>;
  /** What came in while somebody looked. */
  readonly arrived: ReadonlySignal<readonly string[]>;
  load(): Promise<void>;
  more(): Promise<void>;
  /** Do again what failed. */
  again(): Promise<void>;
  seen(): void;
}

const PAGE = 100;
/** By so many milliseconds a list that is read may be behind what is known, at the most. */
const LAG = 15_000;
/** A page may be empty and not be the last: so many are read at once in search of something. */
const EMPTY_AT_ONCE = 10;

export class List implements Rows {
  readonly ids = signal<readonly string[]>([]);
  readonly state = signal<ListState>("empty");
  readonly error = signal<unknown>(null);
  readonly arrived = signal<readonly string[]>([]);
  readonly hasMore = computed(() => this.cursor.value !== null);
  private readonly cursor = signal<string | null>("");
  private turn = 0;
  private hasLoaded = false;
  /** What changed just now, and when: a page that is read may show it as it was before. */
  private readonly changed = new Map<string, number>();

  constructor(
    private readonly api: Api,
    readonly view: ViewName,
    readonly filters: Filters,
    private readonly agentId: string,
  ) {}

  /** Read from the beginning. What is shown stays until that is there, and as far down as it was. */
  async load(): Promise<void> {
    const turn = ++this.turn;
    const wanted = this.ids.peek().length;
    this.hasLoaded = false;
    await this.attempt(turn, async () => {
      let [found, cursor] = await this.page(null);
      while (turn === this.turn && cursor && found.length < wanted) {
        const [further, next] = await this.page(cursor);
        [found, cursor] = [[...found, ...further], next];
      }
      this.hasLoaded = true;
      return [found, cursor];
    });
  }

  async again(): Promise<void> {
    await (this.hasLoaded ? this.more() : this.load());
  }

  /** Those that came in have been seen. */
  seen(): void {
    if (this.arrived.peek().length) this.arrived.value = [];
  }

  /** Read the next page, if there is one and none is on its way. */
  async more(): Promise<void> {
    if (this.cursor.peek() === null || this.state.peek() === "loading") return;
    const turn = this.turn;
    await this.attempt(turn, async () => {
      const [found, cursor] = await this.page(this.cursor.peek());
      return [[...this.ids.peek(), ...found], cursor];
    });
  }

  /** Read to the end, for what is looked at as a whole. */
  async all(): Promise<void> {
    await this.load();
    while (this.hasMore.peek() && this.state.peek() === "ready") await this.more();
  }

  private async attempt(turn: number, read: () => Promise<[string[], string | null]>): Promise<void> {
    this.state.value = "loading";
    try {
      const [ids, cursor] = await read();
      if (turn !== this.turn) return;
      batch(() => {
        this.ids.value = this.sorted([...new Set(ids)].filter((id) => this.isIn(id)));
        this.cursor.value = cursor;
        for (const id of this.changed.keys()) this.place(id, conversation(id)?.peek() ?? null);
        this.state.value = "ready";
        this.error.value = null;
        this.forgetOld();
      });
    } catch (error) {
      if (turn !== this.turn) return;
      this.error.value = error;
      this.state.value = "failed";
    }
  }

  private async page(from: string | null): Promise<[string[], string | null]> {
    let cursor = from;
    for (let n = 0; n < EMPTY_AT_ONCE; n++) {
      const query = { view: this.view, limit: PAGE, ...this.filters, ...(cursor ? { cursor } : {}) };
      const page = await this.api("GET", "/conversations", { query });
      cursor = page.cursor;
      if (page.items.length || !cursor) return [page.items.map((shown) => keep(shown).peek().conversation_id), cursor];
    }
    return [[], cursor];
  }

  /** A conversation changed, or can't be seen any more (null): let it come in, move or go. */
  settle(id: string, shown: Conversation | null): void {
    this.changed.set(id, Date.now());
    this.forgetOld();
    this.place(id, shown);
  }

  /** The API's lists lag behind what it says of one conversation, and a page may be long on its way. */
  private forgetOld(): void {
    if (this.state.peek() === "loading") return;
    const old = Date.now() - LAG;
    for (const [id, at] of this.changed) if (at < old) this.changed.delete(id);
  }

  private place(id: string, shown: Conversation | null): void {
    const before = this.ids.peek();
    const at = before.indexOf(id);
    if (!shown || !this.fits(shown)) {
      if (at !== -1) this.ids.value = before.toSpliced(at, 1);
      return;
    }
    if (at !== -1 && this.isInPlace(shown, before, at)) return;
    const others = at === -1 ? before : before.toSpliced(at, 1);
    const place = this.placeOf(shown, others);
    if (place === others.length && this.hasMore.peek()) {
      if (at !== -1) this.ids.value = others; // it stands on a page not read yet
      return;
    }
    batch(() => {
      this.ids.value = others.toSpliced(place, 0, id);
      if (at === -1) this.arrived.value = [...this.arrived.peek().slice(-99), id];
    });
  }

  private isInPlace(shown: Conversation, ids: readonly string[], at: number): boolean {
    const key = this.key(shown);
    const [above, below] = [ids[at - 1], ids[at + 1]];
    const isBelow = above === undefined || compare(key, this.keyOf(above)) >= 0;
    return isBelow && (below === undefined || compare(key, this.keyOf(below)) <= 0);
  }

  /** Before the first that comes after it. */
  private placeOf(shown: Conversation, ids: readonly string[]): number {
    const key = this.key(shown);
    const at = ids.findIndex((other) => compare(key, this.keyOf(other)) < 0);
    return at === -1 ? ids.length : at;
  }

  /** What was read may have changed before its page was there. */
  private isIn(id: string): boolean {
    const shown = conversation(id)?.peek();
    return shown !== undefined && this.fits(shown);
  }

  private sorted(ids: string[]): string[] {
    return this.view === "mine" ? ids.sort((one, other) => compare(this.keyOf(one), this.keyOf(other))) : ids;
  }

  private fits(shown: Conversation): boolean {
    const { queue, channel, priority, tag, status, owner } = this.filters;
    if (this.view === "mine" && shown.owner !== this.agentId) return false;
    if (this.view === "queue" && shown.status !== "waiting") return false;
    if (status ? shown.status !== status : shown.status === "resolved") return false;
    return (
      (!queue || shown.queue === queue) &&
      (!channel || shown.channel === channel) &&
      (!priority || shown.priority === priority) &&
      (!tag || shown.tags.includes(tag)) &&
      (!owner || shown.owner === owner)
    );
  }

  /** As the API orders the views; one's own are by what is due. */
  private key(shown: Conversation): Key {
    if (this.view === "mine") return urgency(shown);
    if (this.view === "queue") return [PRIORITIES.indexOf(shown.priority), since(shown)];
    if (this.filters.owner) return [0, since(shown)];
    return [places.value.get(shown.queue) ?? places.value.size, -Date.parse(shown.opened_at)];
  }

  private keyOf(id: string): Key {
    const known = conversation(id)?.peek();
    return known ? this.key(known) : [0, 0];
  }
}

type Key = readonly [number, number];
const PRIORITIES = ["urgent", "high", "normal", "low"];
/** Queues stand as the policy, or one's own list, has them. */
const places = computed(() => new Map(workspace.value?.queues.map(({ queue }, place) => [queue, place])));

function since(shown: Conversation): number {
  return Date.parse(shown.awaiting_since ?? shown.opened_at);
}

function compare(one: Key, other: Key): number {
  return one[0] - other[0] || one[1] - other[1];
}
