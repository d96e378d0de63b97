/** One answer or note on its way, and what may become of it. Pure; `outbox.ts` carries it out. */
import type { Enclosed, Mode } from "./drafts";

/**
 * `held`: it can be undone. `sending`. `unsent`: there was no network; it is tried again. `refused`: the API says why.
 * `overtaken`: a colleague has answered meanwhile.
 */
export type State = "held" | "sending" | "unsent" | "refused" | "overtaken";

export interface Outgoing {
  /** The Idempotency-Key: however often it is sent, the customer gets it once. */
  readonly key: string;
  readonly conversationId: string;
  readonly mode: Mode;
  readonly text: string;
  readonly mentions: readonly string[];
  readonly files: readonly Enclosed[];
  readonly cc: readonly string[] | null;
  /** The conversation as its author saw it; null sends it whatever happened since. */
  readonly etag: string | null;
  readonly state: State;
  /** Until when it is held, in milliseconds. */
  readonly dueAt: number;
  /** Why it did not go, in words. */
  readonly why: string | null;
  /** The tab that holds it. */
  readonly tab: string;
}

export type Happening =
  | { readonly type: "due" | "sent" | "offline" | "again" | "anyway" | "withdrawn" }
  | { readonly type: "refused" | "overtaken"; readonly why: string };

/** Whether it goes no further unless somebody, or the network, does something. */
export function isStuck({ state }: Outgoing): boolean {
  return state === "unsent" || state === "refused" || state === "overtaken";
}

/** Whether this is the message that it has become: the API ends a message's id with its key. */
export function isMessage({ key }: Outgoing, messageId: string): boolean {
  return messageId.endsWith(`.${key}`);
}

/** What it becomes; null is gone: it was sent, or taken back. What can't happen in a state changes nothing. */
export function next(item: Outgoing, happening: Happening): Outgoing | null {
  const { state } = item;
  switch (happening.type) {
    case "due":
      return state === "held" ? { ...item, state: "sending" } : item;
    case "again":
      return state === "unsent" || state === "refused" ? { ...item, state: "sending", why: null } : item;
    case "anyway":
      return state === "overtaken" ? { ...item, state: "sending", etag: null, why: null } : item;
    case "withdrawn":
      return state === "sending" ? item : null;
    case "sent":
      return state === "sending" ? null : item;
    case "offline":
      return state === "sending" ? { ...item, state: "unsent" } : item;
    default:
      return state === "sending" ? { ...item, state: happening.type, why: happening.why } : item;
  }
}
