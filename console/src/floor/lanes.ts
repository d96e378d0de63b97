/** What waits in a queue, by priority. */
import type { Queue } from "../api/types";

export const PRIORITIES = ["urgent", "high", "normal", "low"] as const;

export interface Waiting {
  readonly count: number;
  /** There are more than were counted. */
  readonly isMore: boolean;
}

/** Of one priority, or all. */
export function waitingIn(queue: Queue, priority?: string): Waiting {
  const lanes = queue.waiting.filter((lane) => !priority || lane.priority === priority);
  return { count: lanes.reduce((sum, lane) => sum + lane.count, 0), isMore: lanes.some((lane) => lane.is_more) };
}

/** Since when the one waits that waits longest; null where nothing does. */
export function oldestOf(queue: Queue): string | null {
  const all = queue.waiting.flatMap((lane) => lane.oldest ?? []);
  return all.sort((one, other) => Date.parse(one) - Date.parse(other))[0] ?? null;
}
