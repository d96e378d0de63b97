/** A list of conversations as somebody looks at it: read page by page, then kept true by what happens. */
import { computed, signal } from "@preact/signals";
import type { Api } from "../api/client";
import type { Conversation } from "../api/types";
import { conversation, keep } from "./conversations";

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

const PAGE = 100;

export class List {
  readonly ids = signal<readonly string[]>([]);
  readonly state = signal<"empty" | "loading" | "ready" | "failed">("empty");
  /** Whether there is more to read. */
  readonly hasMore = computed(() => this.cursor.value !== null);
  private readonly cursor = signal<string | null>("");
  private turn = 0;

  constructor(
    private readonly api: Api,
    readonly view: ViewName,
    readonly filters: Filters,
    private readonly agentId: string,
  ) {}

  /** Read from the beginning. What is shown stays until the first page is there. */
  async load(): Promise<void> {
    this.turn++;
    this.cursor.value = "";
    await this.read(true);
  }

  /** Read the next page, if there is one and none is on its way. */
  async more(): Promise<void> {
    if (this.cursor.value !== null && this.state.value !== "loading") await this.read(false);
  }

  private async read(isFirst: boolean): Promise<void> {
    const turn = this.turn;
    this.state.value = "loading";
    try {
      const cursor = this.cursor.value ?? undefined;
      const query = { view: this.view, limit: PAGE, ...this.filters, ...(cursor ? { cursor } : {}) };
      const page = await this.api("GET", "/conversations", { query });
      if (turn !== this.turn) return;
      const read = page.items.map((shown) => keep(shown).value.conversation_id);
      const before = isFirst ? [] : this.ids.value;
      this.ids.value = [...new Set([...before, ...read])];
      this.cursor.value = page.cursor;
      this.state.value = "ready";
    } catch (error) {
      if (turn === this.turn) this.state.value = "failed";
      throw error;
    }
  }

  /** A conversation changed, or can't be seen any more (null): let it come in, move or go. */
  settle(id: string, shown: Conversation | null): void {
    const others = this.ids.value.filter((known) => known !== id);
    if (!shown || !this.fits(shown)) {
      if (others.length !== this.ids.value.length) this.ids.value = others;
      return;
    }
    if (others.length !== this.ids.value.length && this.view !== "queue") return; // its place is by what never changes
    const at = others.findIndex((other) => this.order(shown, other) < 0);
    if (at === -1 && this.hasMore.value) {
      if (others.length !== this.ids.value.length) this.ids.value = others; // it stands on a page not read yet
      return;
    }
    this.ids.value = at === -1 ? [...others, id] : [...others.slice(0, at), id, ...others.slice(at)];
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

  private order(shown: Conversation, other: string): number {
    const known = conversation(other)?.peek();
    if (!known) return 0;
    if (this.view === "queue") return rank(shown) - rank(known) || since(shown) - since(known);
    if (this.view === "all")
      return shown.queue === known.queue ? Date.parse(known.opened_at) - Date.parse(shown.opened_at) : 0;
    return 1; // one's own: what one got last stands last
  }
}

const PRIORITIES = ["urgent", "high", "normal", "low"];

function rank(shown: Conversation): number {
  return PRIORITIES.indexOf(shown.priority);
}

function since(shown: Conversation): number {
  return Date.parse(shown.awaiting_since ?? shown.opened_at);
}
