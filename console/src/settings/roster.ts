/** A week's roster as a grid of days and hours, and as the duties that the API keeps. Both say the same. */

export const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export interface Duty {
  readonly days: readonly string[];
  /** Such as `09:00-17:30`, by the clock of the queue's hours; `24:00` is the day's end. */
  readonly hours: string;
  readonly units: number;
}

/** Units by weekday and slot; a slot is `step` minutes long. */
export interface Grid {
  readonly step: number;
  readonly cells: readonly (readonly number[])[];
}

export const DAY = 1440;
const STEPS = [60, 30, 15, 5, 1];

/** From and to, in minutes of the day. */
export function span(hours: string): [number, number] {
  const [from = 0, to = 0] = hours.split("-").map((time) => {
    const [hour = 0, minute = 0] = time.split(":").map(Number);
    return hour * 60 + minute;
  });
  return [from, to];
}

/** 570 is "09:30". */
export function timeOf(minutes: number): string {
  const two = (part: number) => String(part).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** The longest slot, an hour at most, in which these duties are said exactly. */
export function stepOf(duties: readonly Duty[]): number {
  const bounds = duties.flatMap((duty) => span(duty.hours));
  return STEPS.find((step) => bounds.every((bound) => bound % step === 0)) ?? 1;
}

/** Several duties at a time add up. */
export function gridOf(duties: readonly Duty[], step: number = stepOf(duties)): Grid {
  const cells = WEEKDAYS.map((day) =>
    Array.from({ length: DAY / step }, (_, slot) => {
      const at = slot * step;
      const there = duties.filter((duty) => {
        const [from, to] = span(duty.hours);
        return duty.days.includes(day) && from <= at && at < to;
      });
      return there.reduce((sum, duty) => sum + duty.units, 0);
    }),
  );
  return { step, cells };
}

/** The fewest duties of the form "these days, from then to then, so many": days that are alike share one. */
export function dutiesOf({ step, cells }: Grid): readonly Duty[] {
  const found = new Map<string, { days: Weekday[]; hours: string; units: number }>();
  WEEKDAYS.forEach((day, row) => {
    for (const [from, to, units] of runs(cells[row] ?? [])) {
      const hours = `${timeOf(from * step)}-${timeOf(to * step)}`;
      const known = found.get(`${hours} ${units}`);
      if (known) known.days.push(day);
      else found.set(`${hours} ${units}`, { days: [day], hours, units });
    }
  });
  return [...found.values()];
}

/** Slots in a row with the same units, as [from, to, units]; those with none are left out. */
function runs(row: readonly number[]): [number, number, number][] {
  const found: [number, number, number][] = [];
  row.forEach((units, slot) => {
    const last = found.at(-1);
    if (last && last[1] === slot && last[2] === units) last[1] = slot + 1;
    else if (units) found.push([slot, slot + 1, units]);
  });
  return found;
}

export interface Place {
  readonly day: number;
  readonly slot: number;
}

/** Everything between two corners, both included. */
export interface Area {
  readonly from: Place;
  readonly to: Place;
}

export function isWithin({ from, to }: Area, day: number, slot: number): boolean {
  const between = (at: number, one: number, other: number) => at >= Math.min(one, other) && at <= Math.max(one, other);
  return between(day, from.day, to.day) && between(slot, from.slot, to.slot);
}

export function filled(grid: Grid, area: Area, units: number): Grid {
  const cells = grid.cells.map((row, day) => row.map((was, slot) => (isWithin(area, day, slot) ? units : was)));
  return { ...grid, cells };
}

/** One step in a direction; what would leave the week stays at its edge. */
export function stepped(at: Place, key: string, slots: number): Place | null {
  const moves: Record<string, Place> = {
    ArrowRight: { day: at.day, slot: at.slot + 1 },
    ArrowLeft: { day: at.day, slot: at.slot - 1 },
    ArrowDown: { day: at.day + 1, slot: at.slot },
    ArrowUp: { day: at.day - 1, slot: at.slot },
    Home: { day: at.day, slot: 0 },
    End: { day: at.day, slot: slots - 1 },
  };
  const to = moves[key];
  if (!to) return null;
  const limit = (value: number, most: number) => Math.max(0, Math.min(most, value));
  return { day: limit(to.day, WEEKDAYS.length - 1), slot: limit(to.slot, slots - 1) };
}

export interface Sum {
  /** Units times hours in a week. */
  readonly unitHours: number;
  readonly most: number;
}

export function sumOf({ step, cells }: Grid): Sum {
  const all = cells.flat();
  return { unitHours: (all.reduce((sum, units) => sum + units, 0) * step) / 60, most: Math.max(0, ...all) };
}

/** What is wrong with a duty, if anything is. */
export function mistakeIn(duty: Duty): "days" | "hours" | "units" | null {
  const [from, to] = span(duty.hours);
  if (duty.days.length === 0) return "days";
  if (!(from < to) || to > DAY) return "hours";
  return Number.isInteger(duty.units) && duty.units >= 1 && duty.units <= 100_000 ? null : "units";
}
