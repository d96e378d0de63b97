/**
 * What agents have sent and the API has not confirmed: held for some seconds so that it can be undone, sent, and sent
 * again after a tunnel or a crash. It lies in this browser until it is confirmed; its key makes twice once.
 */
import { effect, signal } from "@preact/signals";
import { type Api, Problem } from "../api/client";
import type { Message } from "../api/types";
import { backoff } from "../live/backoff";
import type { Drafts } from "./drafts";
import { type Happening, isStuck, next, type Outgoing } from "./outgoing";

/** How long an answer can be undone. */
export const HOLD = 10_000;
/** What another tab holds is its own for so much longer; then that tab is gone, and this one sends it. */
const ORPHANED_AFTER = 15_000;
const PREFIX = "switchboard.outgoing.";

export type Written = Pick<Outgoing, "conversationId" | "mode" | "text" | "mentions" | "files" | "cc" | "etag">;

export class Outbox {
  /** All of it, the oldest first. */
  readonly items = signal<readonly Outgoing[]>([]);
  private readonly prefix: string;
  private readonly timers = new Map<string, number>();
  private readonly tab = tabId();
  /** Keys of what a request is out for. */
  private readonly carried = new Set<string>();
  private tries = 0;

  constructor(
    private readonly api: Api,
    agentId: string,
    private readonly drafts: Drafts,
    private readonly onSent: (message: Message, conversationId: string) => void,
    private readonly storage: Storage = localStorage,
  ) {
    this.prefix = `${PREFIX}${agentId}.`;
    this.resume();
    addEventListener("pagehide", this.leave);
    addEventListener("online", this.retry);
  }

  stop(): void {
    removeEventListener("pagehide", this.leave);
    removeEventListener("online", this.retry);
    for (const timer of this.timers.values()) clearTimeout(timer);
  }

  /** Send an answer after a while in which it can be undone, a note at once. Its draft is here from now on. */
  send(written: Written): Outgoing {
    for (const earlier of this.of(written.conversationId)) this.happen(earlier.key, { type: "due" });
    const isNote = written.mode === "note";
    const dueAt = Date.now() + (isNote ? 0 : HOLD);
    const item: Outgoing = { ...written, key: crypto.randomUUID(), state: "held", dueAt, why: null, tab: this.tab };
    this.put(item);
    this.drafts.clear(item.conversationId, item.mode);
    if (isNote) this.happen(item.key, { type: "due" });
    else this.wait(item.key, HOLD, () => this.happen(item.key, { type: "due" }));
    return item;
  }

  /** Take back what has not gone: it is a draft again. Returns false if it is too late. */
  undo(key: string): boolean {
    const item = this.find(key);
    if (!item || next(item, { type: "withdrawn" }) !== null) return false;
    this.happen(key, { type: "withdrawn" });
    this.drafts.restore(item.conversationId, item.mode, item.text, item);
    return true;
  }

  /** Don't wait any longer. */
  now(key: string): void {
    this.happen(key, { type: "due" });
  }

  /** Throw away what has not gone. */
  drop(key: string): void {
    this.happen(key, { type: "withdrawn" });
  }

  again(key: string): void {
    this.happen(key, { type: "again" });
  }

  /** Have all that is held in a conversation go; returns, once that is known, whether all has gone. */
  flush(conversationId: string): Promise<boolean> {
    const keys = new Set(this.of(conversationId).map(({ key }) => key));
    for (const key of keys) this.happen(key, { type: "due" });
    return new Promise((settle) => {
      const stop = effect(() => {
        const left = this.items.value.filter(({ key }) => keys.has(key));
        if (left.length && !left.some(isStuck)) return;
        settle(left.length === 0);
        queueMicrotask(() => stop());
      });
    });
  }

  /** Send it though a colleague has answered. */
  anyway(key: string): void {
    this.happen(key, { type: "anyway" });
  }

  /** What is on its way in a conversation. */
  of(conversationId: string): readonly Outgoing[] {
    return this.items.value.filter((item) => item.conversationId === conversationId);
  }

  private happen(key: string, happening: Happening, isLeaving = false): void {
    const before = this.find(key);
    if (!before) return;
    const after = next(before, happening);
    if (after === before) return;
    if (after) this.put(after);
    else this.remove(key);
    if (after?.state === "sending") void this.carry(after, isLeaving);
    else if (after?.state !== "unsent") this.goOn(before.conversationId);
  }

  /** Those of one conversation go one after the other. */
  private async carry(item: Outgoing, isLeaving: boolean): Promise<void> {
    if (this.carried.has(item.key) || (!isLeaving && this.isBehind(item))) return;
    this.carried.add(item.key);
    const happened = await this.post(item, isLeaving).then(
      (message) => this.sent(item, message),
      (error: unknown) => this.failed(error),
    );
    this.carried.delete(item.key);
    this.happen(item.key, happened);
  }

  private post(item: Outgoing, keepalive: boolean): Promise<Message> {
    const path = { conversation_id: item.conversationId };
    const asked = { path, key: item.key, keepalive };
    if (item.mode === "note") {
      const body = { text: item.text, mentions: item.mentions };
      return this.api("POST", "/conversations/{conversation_id}/notes", { ...asked, body });
    }
    const body = {
      text: item.text,
      ...(item.files.length ? { attachments: item.files.map((file) => file.uploadId) } : {}),
      ...(item.cc ? { cc: item.cc } : {}),
    };
    const ifMatch = item.etag ?? undefined;
    return this.api("POST", "/conversations/{conversation_id}/replies", { ...asked, ifMatch, body });
  }

  private sent(item: Outgoing, message: Message): Happening {
    this.tries = 0;
    this.onSent(message, item.conversationId);
    return { type: "sent" };
  }

  /** A refusal is for its author to read; whatever else went wrong is tried again. */
  private failed(error: unknown): Happening {
    if (error instanceof Problem && error.status === 412) return { type: "overtaken", why: error.detail };
    if (error instanceof Problem && error.status < 500 && error.status !== 401 && error.status !== 429) {
      return { type: "refused", why: error.detail };
    }
    const isSignedOut = error instanceof Problem && error.status === 401;
    if (!isSignedOut) this.wait("retry", backoff(this.tries++), this.retry);
    return { type: "offline" };
  }

  private isBehind(item: Outgoing): boolean {
    const others = this.of(item.conversationId);
    const before = others.slice(
      0,
      others.findIndex((other) => other.key === item.key),
    );
    return before.some(({ state }) => state === "sending" || state === "unsent");
  }

  private goOn(conversationId: string): void {
    const following = this.of(conversationId).find(({ state }) => state === "sending");
    if (following) void this.carry(following, false);
  }

  private readonly retry = (): void => {
    for (const item of this.items.value) if (item.state === "unsent") this.happen(item.key, { type: "again" });
  };

  /** The page is being left: what is held goes now. If that fails, it is sent when the console is opened again. */
  private readonly leave = (): void => {
    for (const item of this.items.value) if (item.tab === this.tab) this.happen(item.key, { type: "due" }, true);
  };

  private resume(): void {
    const keys = Array.from({ length: this.storage.length }, (_, n) => this.storage.key(n) ?? "");
    const kept = keys.filter((key) => key.startsWith(this.prefix)).map((key) => this.read(key));
    const items = kept.filter((item) => item !== null).sort((a, b) => a.dueAt - b.dueAt);
    const [own, others] = [
      items.filter((item) => item.tab === this.tab),
      items.filter((item) => item.tab !== this.tab),
    ];
    for (const item of own) this.adopt(item);
    for (const { key, dueAt } of others) {
      const left = Math.max(0, dueAt + ORPHANED_AFTER - Date.now());
      this.wait(key, left, () => {
        const orphan = this.read(this.prefix + key);
        if (orphan) this.adopt({ ...orphan, tab: this.tab });
      });
    }
  }

  /** Nobody knows whether it was sent: send it again, which its key makes once. */
  private adopt(item: Outgoing): void {
    const isSettled = item.state === "refused" || item.state === "overtaken";
    this.put(isSettled ? item : { ...item, state: "unsent" });
    if (!isSettled) this.happen(item.key, { type: "again" });
  }

  private find(key: string): Outgoing | undefined {
    return this.items.value.find((item) => item.key === key);
  }

  private put(item: Outgoing): void {
    const at = this.items.value.findIndex(({ key }) => key === item.key);
    this.items.value = at === -1 ? [...this.items.value, item] : this.items.value.with(at, item);
    try {
      this.storage.setItem(this.prefix + item.key, JSON.stringify(item));
    } catch {
      // the browser has no room: it stays in the page
    }
  }

  private remove(key: string): void {
    this.items.value = this.items.value.filter((item) => item.key !== key);
    this.storage.removeItem(this.prefix + key);
    clearTimeout(this.timers.get(key));
  }

  private read(key: string): Outgoing | null {
    try {
      return JSON.parse(this.storage.getItem(key) ?? "null") as Outgoing | null;
    } catch {
      return null;
    }
  }

  private wait(name: string, milliseconds: number, act: () => void): void {
    clearTimeout(this.timers.get(name));
    this.timers.set(name, window.setTimeout(act, milliseconds));
  }
}

/** A name for this tab that outlives its reloads. */
function tabId(): string {
  const known = sessionStorage.getItem("switchboard.tab") ?? crypto.randomUUID();
  sessionStorage.setItem("switchboard.tab", known);
  return known;
}
