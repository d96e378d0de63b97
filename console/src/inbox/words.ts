/** What a row says of its conversation's time, in words: colour alone says nothing. */

import type { Listed } from "../api/types";
import type { Texts } from "../i18n";
import { clock } from "../i18n/time";
import { dueOf, minutes, type Pressure, pressure } from "../store/due";

export interface Told {
  readonly text: string;
  /** What it means, for whoever points at it. */
  readonly title: string;
  readonly tone: Pressure | "quiet";
}

type RowTexts = Texts["inbox"]["row"];

/** Two days and more in days, two hours and more in hours, else in minutes. */
export function inWords(texts: RowTexts, count: number): string {
  if (count >= 2 * 1440) return texts.days(Math.floor(count / 1440));
  return count >= 120 ? texts.hours(Math.floor(count / 60)) : texts.minutes(count);
}

export function timing(shown: Listed, now: number, texts: RowTexts): Told {
  const due = dueOf(shown);
  if (due) {
    const tone = pressure(due, now);
    const left = minutes(now, due.at);
    const words = inWords(texts, left);
    const at = clock(new Date(due.at).toISOString(), now);
    const title = due.by === "promise" ? texts.promised(at) : texts.lease(at);
    const text = tone === "late" ? texts.late(words) : texts.left(words);
    return { text: left ? text : texts.now, title, tone };
  }
  const wrote = shown.heard_at ? texts.wrote(clock(shown.heard_at, now)) : "";
  if (shown.awaiting_since && shown.status !== "resolved") {
    const words = inWords(texts, minutes(Date.parse(shown.awaiting_since), now));
    return { text: texts.waits(words), title: wrote, tone: "fine" };
  }
  if (shown.snoozed_until) return { text: texts.until(clock(shown.snoozed_until, now)), title: wrote, tone: "quiet" };
  return { text: clock(shown.heard_at ?? shown.opened_at, now), title: wrote, tone: "quiet" };
}
