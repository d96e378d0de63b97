/** How long something has waited, in the two largest units: "45 min", "3 h 20 min", "2 d 4 h". */
import { locale } from "../i18n";
import { now } from "../i18n/time";

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

export function age(since: string, at: number = now.value): string {
  const seconds = Math.max(0, Math.floor((at - Date.parse(since)) / 1000));
  const first = UNITS.findIndex(([, length]) => seconds >= length);
  if (first === -1) return counted("minute", 0);
  let rest = seconds;
  return UNITS.slice(first, first + 2)
    .map(([unit, length]) => {
      const count = Math.floor(rest / length);
      rest -= count * length;
      return count ? counted(unit, count) : "";
    })
    .filter(Boolean)
    .join(" ");
}

function counted(unit: string, count: number): string {
  return new Intl.NumberFormat(locale.value, { style: "unit", unit, unitDisplay: "short" }).format(count);
}
