/**
 * Keeps the page up to date: a WebSocket to hear at once, and the feed so that nothing is missed. docs/push.md.
 *
 * Whoever wants to know subscribes; nothing here knows what a conversation is shown as.
 */
import { signal } from "@preact/signals";
import type { Api } from "../api/client";
import { Problem } from "../api/client";
import type { Change } from "../api/types";
import { backoff } from "./backoff";
import { News } from "./feed";

/** Whether the page hears at once; while it doesn't, it asks every few seconds. */
export const isLive = signal(false);

/** Something else that came over the connection, by its `type`. */
export type Said = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface Listener {
  /** What happened, each change once. */
  changed(changes: readonly Change[]): void;
  /** The feed can't say what was missed: load all lists anew. */
  reset(): void;
  /** What colleagues do: see docs/push.md. */
  said?(message: Said): void;
}

const CURSOR = "switchboard.cursor";
const PING_EVERY = 60_000;
/** The feed is asked so often where the connection is cut. */
const ASK_EVERY = 5_000;
/** The watchers of a queue are told at once: each asks at a moment of its own. */
const SPREAD = 1_000;

export class Live {
  private readonly news = new News();
  private socket: WebSocket | null = null;
  private queues: readonly string[] = [];
  private tries = 0;
  private heardAt = 0;
  private asking: Promise<void> | null = null;
  private readonly timers: number[] = [];
  private isStopped = false;

  constructor(
    private readonly api: Api,
    private readonly listener: Listener,
  ) {}

  start(): void {
    void this.connect();
    this.timers.push(window.setInterval(() => this.ping(), PING_EVERY));
    this.timers.push(window.setInterval(() => this.lookAround(), ASK_EVERY));
    addEventListener("online", this.hurry);
    document.addEventListener("visibilitychange", this.hurry);
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers) clearInterval(timer);
    removeEventListener("online", this.hurry);
    document.removeEventListener("visibilitychange", this.hurry);
    this.socket?.close();
  }

  /** The queues whose lists are shown. */
  watch(queues: readonly string[]): void {
    if (queues.join() === this.queues.join()) return;
    this.queues = queues;
    this.say({ action: "watch", queues });
  }

  /** Say something, if there is a connection. */
  say(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Ask the feed, once at a time. */
  ask(): Promise<void> {
    this.asking ??= this.read().finally(() => {
      this.asking = null;
    });
    return this.asking;
  }

  private async read(): Promise<void> {
    try {
      const cursor = sessionStorage.getItem(CURSOR) ?? "";
      const told = await this.api("GET", "/feed", { query: { cursor, queues: this.queues.join(",") } });
      if (told.reset) this.listener.reset();
      const fresh = this.news.sift(told.changes);
      if (fresh.length) this.listener.changed(fresh);
      sessionStorage.setItem(CURSOR, told.cursor);
    } catch {
      // what was missed is told next time: the cursor stays
    }
  }

  private async connect(): Promise<void> {
    if (this.isStopped) return;
    try {
      const { url, ticket } = await this.api("POST", "/push/ticket");
      this.open(new WebSocket(`${url}?ticket=${encodeURIComponent(ticket)}`));
    } catch (error) {
      this.cut(error instanceof Problem && error.status === 401);
    }
  }

  private open(socket: WebSocket): void {
    this.socket = socket;
    socket.onopen = () => {
      this.tries = 0;
      this.heardAt = Date.now();
      isLive.value = true;
      this.say({ action: "watch", queues: this.queues });
      void this.ask();
    };
    socket.onmessage = (event: MessageEvent<string>) => this.hear(JSON.parse(event.data) as Said);
    socket.onclose = () => this.cut(false);
  }

  private hear(message: Said): void {
    this.heardAt = Date.now();
    if (message.type === "changed") {
      const changes = message.changes as readonly Omit<Change, "queue">[];
      const fresh = this.news.sift(changes.map((change) => ({ queue: null, ...change })));
      if (fresh.length) this.listener.changed(fresh);
    } else if (message.type === "queue_changed") setTimeout(() => void this.ask(), Math.random() * SPREAD);
    else this.listener.said?.(message);
  }

  private cut(isFinal: boolean): void {
    isLive.value = false;
    this.socket = null;
    if (!isFinal && !this.isStopped) setTimeout(() => void this.connect(), backoff(this.tries++));
  }

  private ping(): void {
    if (!this.socket) return;
    const isDead = Date.now() - this.heardAt > 2 * PING_EVERY + ASK_EVERY; // nobody answered the ping before
    if (isDead) this.socket.close();
    else this.say({ action: "ping" });
    void this.ask();
  }

  private lookAround(): void {
    if (!isLive.value && document.visibilityState === "visible") void this.ask();
  }

  /** The network is back, or somebody looks again after a while: don't wait for the next try. */
  private readonly hurry = (): void => {
    if (document.visibilityState !== "visible") return;
    this.tries = 0;
    void this.ask();
  };
}
