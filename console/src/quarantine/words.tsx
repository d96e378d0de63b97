/** What is said of an item in quarantine: why it is there, how large it is, what became of it. */
import type { Quarantined } from "../api/types";
import { locale } from "../i18n";
import { lead } from "../i18n/lead";

/** A reason that has no words yet is shown as it is. */
export function reasonInWords(reason: string): string {
  const known: Readonly<Record<string, string>> = lead.value.quarantine.reasons;
  return known[reason] ?? reason;
}

const UNITS = ["byte", "kilobyte", "megabyte"] as const;

/** "831 byte", "2.4 kB". */
export function bytesInWords(size: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(size, 1)) / 3));
  return new Intl.NumberFormat(locale.value, {
    style: "unit",
    unit: UNITS[power] ?? "byte",
    unitDisplay: power ? "short" : "long",
    maximumFractionDigits: 1,
  }).format(size / 1000 ** power);
}

/** Whether it was asked to be read again, and was not yet. */
export function isBeingRead(item: Quarantined): boolean {
  if (item.state !== "open" || !item.asked_at) return false;
  return !item.retried_at || Date.parse(item.retried_at) < Date.parse(item.asked_at);
}

export function StateTag({ item }: { item: Quarantined }) {
  const texts = lead.value.quarantine;
  if (isBeingRead(item)) return <span class="tag">{texts.beingRead}</span>;
  if (item.state === "open" && item.retried_at) return <span class="tag high">{texts.stillNot}</span>;
  const tones = { open: "tag high", retried: "tag good", dismissed: "tag" };
  return <span class={tones[item.state]}>{texts.states[item.state]}</span>;
}
