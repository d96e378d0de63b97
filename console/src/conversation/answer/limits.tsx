/** What the channel takes, while one types: length, segments, how long answers are possible. */
import type { Limits } from "../../api/types";
import { locale, t } from "../../i18n";
import { now } from "../../i18n/time";
import { measure } from "./measure";

export function LimitsLine({
  text,
  limits,
  readAt,
}: {
  readonly text: string;
  readonly limits: Limits;
  readonly readAt: number;
}) {
  return (
    <span class="limits">
      <Length text={text} limits={limits} />
      <Window limits={limits} readAt={readAt} />
      <Unfilled text={text} />
    </span>
  );
}

function Length({ text, limits }: { readonly text: string; readonly limits: Limits }) {
  const texts = t.value.conversation.answer;
  const { used, limit, isOver, isNear, segments } = measure(text, limits);
  const numbers = new Intl.NumberFormat(locale.value);
  const unit = texts.units[limits.unit] ?? limits.unit;
  if (isOver) {
    return (
      <span class="bad" role="alert">
        {texts.tooLong(`${numbers.format(used - limit)} ${unit}`)}
      </span>
    );
  }
  if (segments) {
    const { count, left, strangers, isGsm7 } = segments;
    if (!text) return null;
    return (
      <>
        <span class={count > 3 ? "warn" : ""}>
          {texts.segments(count)} ({isGsm7 ? "GSM-7" : "UCS-2"}), {texts.left(numbers.format(left))}
        </span>
        {!isGsm7 && <span class="warn">{texts.strangers(strangers.slice(0, 3).join(" "))}</span>}
      </>
    );
  }
  return isNear ? <span class="warn">{texts.used(numbers.format(used), numbers.format(limit), unit)}</span> : null;
}

/** Variables of a canned response that nobody has filled in. */
function Unfilled({ text }: { readonly text: string }) {
  const names = [...new Set(text.match(/\{\{[^{}]+\}\}/g))];
  if (!names.length) return null;
  return <span class="warn">{t.value.conversation.canned.missing(names.join(", "))}</span>;
}

/** By the API's own clock: how long was left when it was read, less what has passed since. */
function Window({ limits, readAt }: { readonly limits: Limits; readonly readAt: number }) {
  if (limits.window_seconds === null) return null;
  const texts = t.value.conversation.answer;
  const left = limits.window_seconds - (now.value - readAt) / 1000;
  if (left <= 0) return <span class="bad">{texts.windowOver}</span>;
  return <span class={left < 3600 ? "warn" : ""}>{texts.window(duration(left))}</span>;
}

export function duration(seconds: number): string {
  const [value, unit] =
    seconds >= 7200 ? [Math.floor(seconds / 3600), "hour"] : [Math.max(1, Math.floor(seconds / 60)), "minute"];
  return new Intl.NumberFormat(locale.value, { style: "unit", unit: String(unit), unitDisplay: "long" }).format(
    Number(value),
  );
}
