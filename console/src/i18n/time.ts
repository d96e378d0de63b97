/** Times as agents read them: in their own zone and language. `now` ticks every few seconds for whoever shows an age. */
import { signal } from "@preact/signals";
import { locale } from "./index";

export const now = signal(Date.now());

export function startClock(): void {
  setInterval(() => {
    now.value = Date.now();
  }, 5_000);
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "in 5 minutes", "2 hours ago", "now": whole units, never rounded up to what isn't reached yet. */
export function relative(at: string, from: number = now.value): string {
  const seconds = (Date.parse(at) - from) / 1000;
  const words = new Intl.RelativeTimeFormat(locale.value, { numeric: "auto", style: "short" });
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return unit === "second" ? words.format(0, "second") : words.format(Math.trunc(seconds / length), unit);
}

/** "14:30" today, "Fri 14:30" within a week, "24 Dec, 14:30" else. */
export function clock(at: string, from: number = now.value): string {
  const date = new Date(at);
  const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  const isToday = date.toDateString() === new Date(from).toDateString();
  const isNear = Math.abs(date.getTime() - from) < 6 * 86_400_000;
  const day: Intl.DateTimeFormatOptions = isNear ? { weekday: "short" } : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(locale.value, isToday ? time : { ...day, ...time }).format(date);
}

/** Everything, for a title: "Friday, 24 December 2026 at 14:30 CET". */
export function exactly(at: string): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: "full", timeStyle: "long" }).format(new Date(at));
}
