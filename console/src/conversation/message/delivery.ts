/** How far a message of ours got, in words, and what to do where it did not arrive. */
import type { Message } from "../../api/types";
import type { Texts } from "../../i18n";

export interface Fate {
  readonly text: string;
  /** It did not arrive, or nobody knows. */
  readonly isBad: boolean;
  /** Why, and what to do. */
  readonly remedy: string | null;
}

const BAD = new Set(["failed", "undelivered", "bounced", "complained", "unknown"]);

export function fateOf({ status, code, kind }: Message, texts: Texts["conversation"]["delivery"]): Fate | null {
  if (!status) return null;
  const words: Readonly<Record<string, unknown>> = texts;
  const text = typeof words[status] === "string" ? words[status] : status;
  const isBad = BAD.has(status);
  if (!isBad) return { text, isBad, remedy: null };
  const why = code ? (texts.codes[code] ?? texts.code(code)) : null;
  const canRepeat = kind !== "acknowledgement" && !(code && code in texts.codes);
  return { text, isBad, remedy: [why, canRepeat ? texts.retryHint : null].filter(Boolean).join(" ") || null };
}
