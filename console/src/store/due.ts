/** By when a customer has to hear something, and how near that is. Pure: the time is given. */
import type { Conversation } from "../api/types";

/** `lease`: later it goes to somebody else. `promise`: the customer was told so. */
export interface Due {
  readonly at: number;
  readonly by: "lease" | "promise";
}

export type Pressure = "late" | "soon" | "fine";

/** What is nearer than this is shown in the colour of what is pressing. */
export const SOON = 5 * 60_000;

/** What comes first of the promise and the lease, while the customer waits for an answer. */
export function dueOf(shown: Conversation): Due | null {
  if (!shown.awaiting_since || shown.status === "resolved") return null;
  const isOpen = shown.promise === "pending" || shown.promise === "broken";
  const dues: Due[] = [];
  if (shown.promised_at && isOpen) dues.push({ at: Date.parse(shown.promised_at), by: "promise" });
  if (shown.lease_until) dues.push({ at: Date.parse(shown.lease_until), by: "lease" });
  return dues.sort((one, other) => one.at - other.at)[0] ?? null;
}

export function pressure(due: Due, now: number): Pressure {
  if (due.at <= now) return "late";
  return due.at - now <= SOON ? "soon" : "fine";
}

/** Whole minutes from now to a time, or since it: never rounded up to what isn't reached yet. */
export function minutes(from: number, to: number): number {
  return Math.floor(Math.abs(to - from) / 60_000);
}

/** One's own work: what is due first, then what the customer wrote last, then what sleeps, by when it wakes. */
export function urgency(shown: Conversation): readonly [number, number] {
  const due = dueOf(shown);
  if (due) return [0, due.at];
  if (shown.awaiting_since) return [1, Date.parse(shown.awaiting_since)];
  if (shown.snoozed_until) return [3, Date.parse(shown.snoozed_until)];
  return [2, -Date.parse(shown.heard_at ?? shown.opened_at)];
}
