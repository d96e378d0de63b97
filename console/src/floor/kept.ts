/** How many promises were kept, against the share that is to be kept. */

/** The share of promises to keep: what the policy's `promise_level` is where nothing else is said. */
export const GOAL = 90;

export interface Kept {
  /** Whole percents, rounded down: 89.9 is not 90. */
  readonly percent: number;
  readonly isMet: boolean;
}

/** Null where nothing was promised. */
export function keptOf(promised: number, kept: number): Kept | null {
  if (promised <= 0) return null;
  const percent = Math.floor((100 * kept) / promised);
  return { percent, isMet: percent >= GOAL };
}
