/**
 * Keeps the page up to date: a connection to hear at once, and the feed so that nothing is missed. docs/push.md.
 *
 * Whoever wants to know subscribes; nothing here knows what a conversation is shown as.
 */
import { signal } from "@preact/signals";
import type { Api } from "../api/client";
import { Offline, Problem } from "../api/client";
import type { Change } from "../api/types";
import { isSignedOut } from "../session/session";
import { Connection } from "./connection";
import { News } from "./feed";

/** Whether the page hears at once; while it doesn't, it asks every few seconds. */
export const isLive = signal(false);
/** It hasn't heard at once for so long that it is worth saying. */
export const isCut = signal(false);
/** Nobody answers at all. */
export const isOffline = signal(false);

/** Something else that came over the connection, by its `type`. */
export type Said = { readonly type: string } & Readonly<Record<string, unknown>>;

export interface Listener {
  /** What happened, each change once. */
  changed(changes: readonly Change[]): void;
  /** The feed can't say what was missed: load all lists anew. */
  reset(): void;
  /** The API answers again. */
  recovered?(): void;
  /** Something that is watched is none of the caller's any more. */
  forbidden?(): void;
  /** What colleagues do: see docs/push.md. */
  said?(message: Said): void;
}

/** The most queues that one connection watches. */
export const MOST_WATCHED = 20;
const CURSOR = "switchboard.cursor";
const WORTH_SAYING = 6_000;
/** The feed is asked so often with a connection, and without one. */
const MAKE_SURE_EVERY = 60_000;
const ASK_EVERY = 5_000;
/** Timers that come so late were asleep. */
const ASLEEP = 30_000;
/** The watchers of a queue are told at once: each asks at a moment of its own. */
const SPREAD = 700;
/** One failure is a hiccup. */
const FAILURES = 2;

export class Live {
  private readonly news = new News();
  private readonly connection: Connection;
  private queues: readonly string[] = [];
  private asking: Promise<void> | null = null;
  private isAskedMeanwhile = false;
  private failures = 0;
  private askedAt = 0;
  private tickedAt = 0;
  private ticks = 0;
  private spread = 0;
  private trouble = 0;

  constructor(
    private readonly api: Api,
    private readonly listener: Listener,
  ) {
    this.connection = new Connection(api, {
      opened: () => this.opened(),
      said: (message) => this.hear(message as Said),
      cut: () => this.cut(),
    });
  }

  start(): void {
    this.cut();
    this.connection.start();
    this.tickedAt = Date.now();
    this.ticks = window.setInterval(this.tick, ASK_EVERY);
    addEventListener("online", this.hurry);
    addEventListener("offline", this.lose);
    addEventListener("pagehide", this.rest);
    addEventListener("pageshow", this.wake);
    document.addEventListener("visibilitychange", this.hurry);
  }

  stop(): void {
    clearInterval(this.ticks);
    clearTimeout(this.spread);
    clearTimeout(this.trouble);
    removeEventListener("online", this.hurry);
    removeEventListener("offline", this.lose);
    removeEventListener("pagehide", this.rest);
    removeEventListener("pageshow", this.wake);
    document.removeEventListener("visibilitychange", this.hurry);
    this.connection.stop();
  }

  /** The queues whose lists are shown: the first twenty of them. */
  watch(queues: readonly string[]): void {
    const watched = queues.slice(0, MOST_WATCHED);
    if (watched.join() === this.queues.join()) return;
    this.queues = watched;
    this.say({ action: "watch", queues: watched });
  }

  /** Say something, if there is a connection. */
  say(message: object): void {
    this.connection.say(message);
  }

  /** Ask the feed, once at a time; what happens while it answers is asked for right after. */
  ask(): Promise<void> {
    this.isAskedMeanwhile = this.asking !== null;
    this.asking ??= this.read().finally(() => {
      this.asking = null;
      if (this.isAskedMeanwhile) void this.ask();
    });
    return this.asking;
  }

  /** Somebody would rather not wait for the next try. */
  retry(): void {
    this.connection.hurry();
    void this.ask();
  }

  private async read(): Promise<void> {
    if (isSignedOut.peek()) return;
    this.askedAt = Date.now();
    try {
      const cursor = sessionStorage.getItem(CURSOR) ?? "";
      const told = await this.api("GET", "/feed", { query: { cursor, queues: this.queues.join(",") } });
      this.answered();
      if (told.reset) this.listener.reset();
      const fresh = this.news.sift(told.changes);
      if (fresh.length) this.listener.changed(fresh);
      sessionStorage.setItem(CURSOR, told.cursor);
    } catch (error) {
      this.failed(error); // what was missed is told next time: the cursor stays
    }
  }

  private answered(): void {
    const wasOffline = isOffline.peek();
    this.failures = 0;
    isOffline.value = false;
    if (wasOffline) this.listener.recovered?.();
  }

  private failed(error: unknown): void {
    if (error instanceof Problem && error.status === 403) this.listener.forbidden?.();
    if (error instanceof Offline && ++this.failures >= FAILURES) isOffline.value = true;
  }

  private opened(): void {
    clearTimeout(this.trouble);
    isLive.value = true;
    isCut.value = false;
    this.say({ action: "watch", queues: this.queues });
    void this.ask();
  }

  private cut(): void {
    isLive.value = false;
    clearTimeout(this.trouble);
    this.trouble = window.setTimeout(() => {
      isCut.value = !isLive.peek();
    }, WORTH_SAYING);
  }

  private hear(message: Said): void {
    if (message.type === "changed") {
      const changes = message.changes as readonly Omit<Change, "queue">[];
      const fresh = this.news.sift(changes.map((change) => ({ queue: null, ...change })));
      if (fresh.length) this.listener.changed(fresh);
    } else if (message.type === "queue_changed") this.askSoon();
    else this.listener.said?.(message);
  }

  private askSoon(): void {
    clearTimeout(this.spread);
    this.spread = window.setTimeout(() => void this.ask(), Math.random() * SPREAD);
  }

  private readonly tick = (): void => {
    const sinceLast = Date.now() - this.tickedAt;
    this.tickedAt = Date.now();
    if (sinceLast > ASLEEP) this.hurry();
    const every = isLive.peek() ? MAKE_SURE_EVERY : ASK_EVERY;
    const isWanted = isLive.peek() || document.visibilityState === "visible";
    if (isWanted && Date.now() - this.askedAt >= every) void this.ask();
  };

  /** The network is back, or somebody looks again after a while: don't wait for the next try. */
  private readonly hurry = (): void => {
    if (document.visibilityState === "visible") this.retry();
  };

  private readonly lose = (): void => {
    isOffline.value = true;
  };

  /** The page is left, perhaps to be shown again as it was: the browser keeps only pages without connections. */
  private readonly rest = (): void => {
    this.connection.stop();
    this.cut();
  };

  private readonly wake = (event: PageTransitionEvent): void => {
    if (!event.persisted) return;
    this.connection.start();
    void this.ask();
  };
}
