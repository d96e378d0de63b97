/** A roster as a list of duties: which days, from when to when, how many units. */
import { lead } from "../i18n/lead";
import { Check, Field, toggled } from "../ui/form";
import { TimeRange } from "../ui/time-range";
import { type Duty, mistakeIn, WEEKDAYS } from "./roster";

interface Props {
  readonly duties: readonly Duty[];
  readonly onChange: (duties: readonly Duty[]) => void;
}

const ANOTHER: Duty = { days: ["mon", "tue", "wed", "thu", "fri"], hours: "09:00-17:00", units: 1 };

export function DutyList({ duties, onChange }: Props) {
  const texts = lead.value.settings.rosters;
  const replace = (at: number, part: Partial<Duty>) =>
    onChange(duties.map((duty, other) => (other === at ? { ...duty, ...part } : duty)));
  return (
    <div class="wide">
      <ul class="duties">
        {duties.map((duty, at) => (
          <li key={at}>
            <DutyFields duty={duty} n={at + 1} onChange={(part) => replace(at, part)} />
            <button type="button" onClick={() => onChange(duties.filter((_, other) => other !== at))}>
              {lead.value.remove}
            </button>
          </li>
        ))}
      </ul>
      <button type="button" onClick={() => onChange([...duties, ANOTHER])}>
        {texts.addDuty}
      </button>
    </div>
  );
}

interface DutyProps {
  readonly duty: Duty;
  readonly n: number;
  readonly onChange: (part: Partial<Duty>) => void;
}

function DutyFields({ duty, n, onChange }: DutyProps) {
  const texts = lead.value.settings.rosters;
  const mistake = mistakeIn(duty);
  return (
    <>
      <fieldset class="field-group">
        <legend>{texts.daysOf(n)}</legend>
        <div class="days">
          {WEEKDAYS.map((day) => (
            <Check
              key={day}
              label={texts.days[day]}
              checked={duty.days.includes(day)}
              onChange={() => onChange({ days: inOrder(toggled(duty.days, day)) })}
            />
          ))}
        </div>
      </fieldset>
      <TimeRange
        label={texts.hoursOf(n)}
        from={texts.from}
        to={texts.to}
        value={duty.hours}
        isWrong={mistake === "hours"}
        onChange={(hours) => onChange({ hours })}
      />
      <Field label={texts.units}>
        {(ties) => (
          <input
            {...ties}
            type="number"
            class="short"
            min={1}
            value={duty.units}
            onInput={(event) => onChange({ units: Math.round(event.currentTarget.valueAsNumber || 0) })}
          />
        )}
      </Field>
      {mistake && <p class="field-error">{texts.mistakes[mistake]}</p>}
    </>
  );
}

function inOrder(days: readonly string[]): readonly string[] {
  return WEEKDAYS.filter((day) => days.includes(day));
}
