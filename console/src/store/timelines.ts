/**
 * Conversations with everything that was said, and what the same customer said before and elsewhere. The newest some
 * stay known, so that going back shows them at once.
 */
import { signal } from "@preact/signals";
import { type Api, Problem } from "../api/client";
import type { components } from "../api/schema";
import type { Conversation, Message, Timeline } from "../api/types";
import { isNewer, read } from "./conversations";
import type { Inbox } from "./inbox";

export type PastMessage = components["schemas"]["TimelineEntryView"];

/** Pages read at once in search of something that was not said in this conversation. */
const PAGES_AT_ONCE = 10;
const MOST_KNOWN = 30;

export class Story {
  readonly timeline = signal<Timeline | null>(null);
  /** `gone`: one may not, or can't, see it any more. */
  readonly state = signal<"loading" | "ready" | "failed" | "gone">("loading");
  readonly error = signal<unknown>(null);
  /** What was said in other conversations, the oldest first. */
  readonly past = signal<readonly PastMessage[]>([]);
  /** `unread`: nobody asked for it yet; `more`: there is more of it. */
  readonly pastState = signal<"unread" | "loading" | "more" | "end" | "failed">("unread");
  /** Messages that one may not read. */
  readonly withheld = signal(0);
  /** Until when one has read it, as far as this page knows. */
  readUntil: string | null = null;
  /** Somebody has just made it unread: looking at it longer does not make it read. */
  isKeptUnread = false;
  private cursor: string | null = null;
  private turn = 0;

  constructor(
    private readonly api: Api,
    readonly id: string,
  ) {}

  async read(): Promise<void> {
    try {
      const shown = await read(this.api, this.id);
      if (shown) this.settle(shown);
    } catch (error) {
      this.fail(error);
    }
  }

  /** The conversation's new state: with its messages, or without them as actions answer it; null if it is gone. */
  settle(shown: Conversation | Timeline | null): void {
    if (!shown) {
      this.state.value = "gone";
      return;
    }
    const before = this.timeline.peek();
    if (before && !isNewer(shown.etag, before.etag)) return;
    const whole = "messages" in shown ? shown : before && { ...before, ...shown };
    if (!whole) return;
    this.timeline.value =
      before && "messages" in shown ? { ...whole, messages: same(before.messages, whole.messages) } : whole;
    this.state.value = "ready";
  }

  /** A message that the API has just taken. */
  add(message: Message): void {
    const known = this.timeline.peek();
    if (!known || known.messages.some(({ message_id }) => message_id === message.message_id)) return;
    this.timeline.value = { ...known, messages: [...known.messages, message] };
  }

  /** Say that one has read it as it is; returns it so. */
  async markRead(): Promise<Timeline | null> {
    const newest = this.timeline.peek()?.messages.at(-1)?.at ?? null;
    return this.mark({}, newest);
  }

  /** Make it unread again, from the customer's newest message on. */
  async markUnread(): Promise<Timeline | null> {
    const heard = this.timeline.peek()?.messages.findLast(({ direction }) => direction === "inbound");
    if (!heard) return null;
    const until = new Date(Date.parse(heard.at) - 1).toISOString();
    this.isKeptUnread = true;
    return this.mark({ until }, until);
  }

  private async mark(body: { until?: string }, readUntil: string | null): Promise<Timeline | null> {
    const path = { conversation_id: this.id };
    const { unread } = await this.api("PUT", "/conversations/{conversation_id}/read", { path, body });
    const shown = this.timeline.peek();
    if (!shown) return null;
    this.readUntil = readUntil;
    this.timeline.value = { ...shown, unread };
    return this.timeline.value;
  }

  /** Read further back, until something is found that was said elsewhere. */
  async readPast(): Promise<void> {
    const customer = this.timeline.peek()?.customer_id;
    if (!customer || this.pastState.peek() === "loading" || this.pastState.peek() === "end") return;
    this.pastState.value = "loading";
    const turn = this.turn;
    try {
      for (let n = 0; n < PAGES_AT_ONCE; n++) if ((await this.readPage(customer, turn)) || this.cursor === null) break;
      if (turn === this.turn) this.pastState.value = this.cursor === null ? "end" : "more";
    } catch (error) {
      if (turn !== this.turn) return;
      this.error.value = error;
      this.pastState.value = "failed";
    }
  }

  /** Who the customer is has changed: what they said elsewhere is something else. */
  forgetPast(): void {
    this.turn++;
    this.cursor = null;
    this.past.value = [];
    this.withheld.value = 0;
    this.pastState.value = "unread";
  }

  /** Returns whether that is enough for now. */
  private async readPage(customer_id: string, turn: number): Promise<boolean> {
    const query = this.cursor ? { cursor: this.cursor } : {};
    const page = await this.api("GET", "/customers/{customer_id}/timeline", { path: { customer_id }, query });
    if (turn !== this.turn) return true;
    const found = page.items.filter((entry) => entry.conversation_id !== this.id);
    this.past.value = [...[...found].reverse(), ...this.past.value];
    this.withheld.value += page.withheld;
    this.cursor = page.cursor;
    return found.length > 0;
  }

  private fail(error: unknown): void {
    const isGone = error instanceof Problem && (error.status === 404 || error.status === 403);
    this.error.value = error;
    if (isGone) this.state.value = "gone";
    else if (!this.timeline.peek()) this.state.value = "failed";
  }
}

export class Timelines {
  private readonly known = new Map<string, Story>();
  private readonly forget: () => void;

  constructor(
    private readonly api: Api,
    inbox: Pick<Inbox, "watch">,
  ) {
    this.forget = inbox.watch((id, shown, events) => {
      const story = this.known.get(id);
      story?.settle(shown);
      if (shown && events.length && !("messages" in shown)) void story?.read();
    });
  }

  stop(): void {
    this.forget();
  }

  /** The story of a conversation, the same one each time. The first time it is empty: `read` it. */
  of(id: string): Story {
    const story = this.known.get(id) ?? new Story(this.api, id);
    this.known.delete(id);
    this.known.set(id, story); // the newest stands last
    const oldest = this.known.keys().next().value;
    if (this.known.size > MOST_KNOWN && oldest !== undefined) this.known.delete(oldest);
    return story;
  }

  /** Customers were joined or parted: what was said elsewhere is found anew, in the story that is shown at once. */
  retell(shown: string): void {
    for (const story of this.known.values()) story.forgetPast();
    void this.of(shown).readPast();
  }
}

/** The same objects for what did not change: only what did is drawn anew. */
function same(before: readonly Message[], now: readonly Message[]): readonly Message[] {
  const known = new Map(before.map((message) => [message.message_id, message]));
  return now.map((message) => {
    const old = known.get(message.message_id);
    return old && JSON.stringify(old) === JSON.stringify(message) ? old : message;
  });
}
