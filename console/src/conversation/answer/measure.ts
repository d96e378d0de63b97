/** How much of what a channel takes an answer uses, in the channel's own unit. */
import type { Limits } from "../../api/types";
import { type Segments, segmentsOf } from "./segments";

export interface Measure {
  readonly used: number;
  readonly limit: number;
  readonly isOver: boolean;
  /** Worth showing: from four fifths of the limit on. */
  readonly isNear: boolean;
  readonly segments: Segments | null;
}

export function measure(text: string, limits: Limits): Measure {
  const used = lengthIn(limits.unit, text);
  const limit = limits.text_limit;
  const segments = limits.segments ? segmentsOf(text, limits.segments) : null;
  return { used, limit, isOver: used > limit, isNear: used >= limit * 0.8, segments };
}

/** Characters are code points, as the API counts them; JavaScript's own length is in UTF-16 units. */
function lengthIn(unit: Limits["unit"], text: string): number {
  if (unit === "bytes") return new TextEncoder().encode(text).length;
  return unit === "utf-16" ? text.length : [...text].length;
}
