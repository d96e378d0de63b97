/**
 * Times as agents read them: in their own zone and language. `now` ticks every few seconds for whoever shows an age. It
 * is the API's time: a computer's clock may be minutes off, and then a promise would look kept that is not.
 */
import { computed, signal } from "@preact/signals";
import { locale } from "./index";

export const now = signal(Date.now());
/** What the API's clock is ahead of this computer's, in milliseconds. */
let ahead = 0;
/** Answers tell whole seconds, and were under way: what is nearer than this is the same time. */
const SAME = 3_000;

/** The language with the agent's own region: in Britain a day has 24 hours, in America twice twelve. */
const tag = computed(() => navigator.languages.find((one) => one.slice(0, 2) === locale.value) ?? locale.value);

export function startClock(): void {
  setInterval(tick, 5_000);
  document.addEventListener("visibilitychange", tick);
}

/** An answer's `Date` header, and when this computer asked for it. */
export function setClock(date: string, askedAt: number): void {
  const slow = Date.now() - askedAt > SAME;
  const told = Date.parse(date) + 500 - (askedAt + Date.now()) / 2;
  if (slow || Number.isNaN(told) || Math.abs(told - ahead) < SAME) return;
  ahead = Math.abs(told) < SAME ? 0 : told;
  tick();
}

function tick(): void {
  now.value = Date.now() + ahead;
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "in 5 minutes", "2 hours ago", "now": whole units, never rounded up to what isn't reached yet. */
export function relative(at: string, from: number = now.value): string {
  const seconds = (Date.parse(at) - from) / 1000;
  const words = ages(tag.value);
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
  return dates(tag.value, isToday ? time : { ...day, ...time }).format(date);
}

/** Everything, for a title: "Friday, 24 December 2026 at 14:30 CET". */
export function exactly(at: string): string {
  return dates(tag.value, { dateStyle: "full", timeStyle: "long" }).format(new Date(at));
}

/** Making a formatter costs as much as drawing a row: each is made once. */
const made = new Map<string, Intl.DateTimeFormat>();
function dates(tag: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = tag + JSON.stringify(options);
  const found = made.get(key) ?? new Intl.DateTimeFormat(tag, options);
  made.set(key, found);
  return found;
}

const madeAges = new Map<string, Intl.RelativeTimeFormat>();
function ages(tag: string): Intl.RelativeTimeFormat {
  const found = madeAges.get(tag) ?? new Intl.RelativeTimeFormat(tag, { numeric: "auto", style: "short" });
  madeAges.set(tag, found);
  return found;
}
