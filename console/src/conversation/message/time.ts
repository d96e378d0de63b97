/** Times within a day, which a divider names already; formatters are kept, since a story has hundreds of times. */
import { locale, t } from "../../i18n";

const kept = new Map<string, Intl.DateTimeFormat>();

export function timeOfDay(at: string): string {
  return formatter("time", { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

/** "Today", "Yesterday", "Friday, 20 November", with the year if it is another one. */
export function dayOf(at: string, now: number): string {
  const date = new Date(at);
  const texts = t.value.conversation.timeline;
  if (date.toDateString() === new Date(now).toDateString()) return texts.today;
  const before = new Date(now);
  before.setDate(before.getDate() - 1);
  if (date.toDateString() === before.toDateString()) return texts.yesterday;
  const isThisYear = date.getFullYear() === new Date(now).getFullYear();
  const day: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long" };
  return isThisYear ? formatter("day", day).format(date) : formatter("year", { ...day, year: "numeric" }).format(date);
}

function formatter(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale.value} ${name}`;
  const made = kept.get(key) ?? new Intl.DateTimeFormat(locale.value, options);
  kept.set(key, made);
  return made;
}
