/** Which rows of a long list are drawn, and how it stays where it is when rows come and go above. Pure. */

/** The height of a row, in pixels; the style sheet has the same. */
export const ROW = 90;
/** Rows drawn beyond each edge, so that a quick hand sees no gap. */
const BEYOND = 6;

export interface Span {
  readonly from: number;
  /** Behind the last. */
  readonly to: number;
}

export function span(top: number, height: number, count: number): Span {
  const from = Math.max(0, Math.min(count, Math.floor(top / ROW)) - BEYOND);
  return { from, to: Math.min(count, Math.ceil((top + height) / ROW) + BEYOND) };
}

/** Where to scroll so that a row, or if it is gone what came after it, is where the row was. */
export function anchored(before: readonly string[], after: readonly string[], anchor: number, top: number): number {
  const places = new Map(after.map((id, at) => [id, at]));
  for (let at = anchor; at < before.length; at++) {
    const now = places.get(before[at] ?? "");
    if (now !== undefined) return top + (now - anchor) * ROW;
  }
  return top;
}

/** Where to scroll so that a row is seen as a whole; where one is if it is. */
export function inView(at: number, top: number, height: number): number {
  if (at * ROW < top) return at * ROW;
  return (at + 1) * ROW > top + height ? (at + 1) * ROW - height : top;
}
