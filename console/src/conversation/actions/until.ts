/** Until when a conversation is put aside, as people say it. Mornings are at nine, evenings at six, by the agent's clock. */

export type Choice = "hour" | "evening" | "tomorrow" | "monday" | "week";

const [MORNING, EVENING] = [9, 18];
/** The API takes no later one. */
export const LONGEST_DAYS = 90;

/** What can be chosen now, in order of time: no evening once it is evening, and every time once. */
export function choices(now: Date): { readonly choice: Choice; readonly until: Date }[] {
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const all: [Choice, Date][] = [
    ["hour", new Date(now.getTime() + 3_600_000)],
    ["evening", at(now, 0, EVENING)],
    ["tomorrow", at(now, 1, MORNING)],
    ["monday", at(now, toMonday, MORNING)],
    ["week", at(now, 7, MORNING)],
  ];
  const open = all.filter(([choice, until]) => choice !== "evening" || until.getTime() - now.getTime() > 3_600_000);
  const seen = new Set<number>();
  return open
    .filter(([, until]) => !seen.has(until.getTime()) && seen.add(until.getTime()))
    .map(([choice, until]) => ({ choice, until }))
    .sort((a, b) => a.until.getTime() - b.until.getTime());
}

/** What is wrong with a time of one's own. */
export function wrongWith(until: Date, now: Date): "past" | "tooFar" | null {
  if (!(until.getTime() > now.getTime())) return "past";
  return until.getTime() - now.getTime() > LONGEST_DAYS * 86_400_000 ? "tooFar" : null;
}

/** As `<input type="datetime-local">` has it: by the local clock, without a zone. */
export function asInput(date: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

function at(now: Date, days: number, hour: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, hour);
}
