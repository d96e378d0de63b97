/** From one time of the day to another, such as `09:00-17:30`; the day's end is midnight, `24:00`. */
import { useId } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly from: string;
  readonly to: string;
  readonly value: string;
  readonly isWrong?: boolean;
  readonly onChange: (value: string) => void;
}

export function TimeRange({ label, from, to, value, isWrong = false, onChange }: Props) {
  const id = useId();
  const [begin = "", end = ""] = value.split("-");
  const wrong = isWrong ? true : undefined;
  return (
    <fieldset class="field-group">
      <legend class="visually-hidden">{label}</legend>
      <div class="time-range">
        <span class="field">
          <label for={`${id}-from`}>{from}</label>
          <input
            id={`${id}-from`}
            type="time"
            aria-invalid={wrong}
            value={begin}
            onInput={(event) => onChange(`${event.currentTarget.value}-${end}`)}
          />
        </span>
        <span class="field">
          <label for={`${id}-to`}>{to}</label>
          <input
            id={`${id}-to`}
            type="time"
            aria-invalid={wrong}
            value={end === "24:00" ? "00:00" : end}
            onInput={(event) => onChange(`${begin}-${endOf(event.currentTarget.value)}`)}
          />
        </span>
      </div>
    </fieldset>
  );
}

/** Nothing ends at the beginning of its day: midnight is the end. */
function endOf(time: string): string {
  return time === "00:00" ? "24:00" : time;
}
