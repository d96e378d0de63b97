/**
 * How many segments a text message is sent and billed as, counted as switchboard/gsm7.py counts: septets inside the
 * alphabet of text messages (GSM 03.38), else UTF-16 units (UCS-2).
 */
import type { Limits } from "../../api/types";

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
/** Two septets each: an escape and a character. */
const EXTENSION = new Set("^{}\\[~]|€\f");

export type Lengths = NonNullable<Limits["segments"]>;

export interface Segments {
  readonly isGsm7: boolean;
  /** Septets, or UTF-16 units. */
  readonly used: number;
  readonly count: number;
  /** How many more fit into the last segment. */
  readonly left: number;
  /** The characters outside the alphabet, each once: what makes segments so short. */
  readonly strangers: readonly string[];
}

export function segmentsOf(text: string, lengths: Lengths): Segments {
  const { gsm7 = 160, gsm7_joined = 153, ucs2 = 70, ucs2_joined = 67 } = lengths;
  const characters = [...text];
  const strangers = [...new Set(characters.filter((one) => !BASIC.has(one) && !EXTENSION.has(one)))];
  const isGsm7 = strangers.length === 0;
  const widths = characters.map((one) => (isGsm7 ? (EXTENSION.has(one) ? 2 : 1) : one.length));
  const filledUp = isGsm7 ? filled(widths, gsm7, gsm7_joined) : filled(widths, ucs2, ucs2_joined);
  return { isGsm7, strangers, ...filledUp };
}

/** Fill parts in order; a character of width 2 (an escaped pair, a surrogate pair) is never split. */
function filled(widths: readonly number[], single: number, part: number): Pick<Segments, "used" | "count" | "left"> {
  let used = 0;
  let count = 1;
  let inLast = 0;
  for (const width of widths) {
    used += width;
    inLast += width;
    if (inLast <= part) continue;
    count++;
    inLast = width;
  }
  return used <= single ? { used, count: 1, left: single - used } : { used, count, left: part - inLast };
}
