/**
 * What the page works with, made once when somebody has signed in. Components ask for it by `desk()`; tests put a
 * stand-in there with `sitAt`.
 */
import type { Api } from "./api/client";
import type { Live } from "./live/live";
import type { Presence } from "./live/presence";
import type { Session } from "./session/session";
import type { Counts } from "./store/counts";
import type { Inbox } from "./store/inbox";

export interface Desk {
  readonly api: Api;
  readonly session: Session;
  readonly live: Live;
  readonly presence: Presence;
  readonly inbox: Inbox;
  readonly counts: Counts;
  readonly agentId: string;
}

let present: Desk | null = null;

export function sitAt(made: Desk): void {
  present = made;
}

export function desk(): Desk {
  if (!present) throw new Error("nobody is signed in yet");
  return present;
}
