/** The fields of what leads decide of somebody. */
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { workspace } from "../store/workspace";
import { Check, Choice, Field, Group, toggled } from "../ui/form";
import { levelOf, type Person, skillNamed, withCap, withLevel } from "./person";

interface Props {
  readonly person: Person;
  readonly isNew?: boolean;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (part: Partial<Person>) => void;
}

export function PersonFields(props: Props) {
  const { person, isNew = false, errors, onChange } = props;
  const texts = lead.value.settings.people;
  return (
    <>
      {isNew && (
        <Field label={texts.email} hint={texts.emailHint} error={errors.email}>
          {(ties) => (
            <input
              {...ties}
              type="email"
              autoComplete="off"
              value={person.email}
              onInput={(event) => onChange({ email: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
      <Field label={texts.name} hint={texts.nameHint} error={errors.name}>
        {(ties) => (
          <input
            {...ties}
            autoComplete="off"
            maxLength={80}
            value={person.name}
            onInput={(event) => onChange({ name: event.currentTarget.value })}
          />
        )}
      </Field>
      <Choice
        label={texts.role}
        hint={errors.role ?? texts.roleHint}
        value={person.role}
        onChange={(role) => onChange({ role })}
        options={[
          { value: "agent", label: texts.roles.agent },
          { value: "lead", label: texts.roles.lead },
        ]}
      />
      <QueueChecks
        label={texts.queues}
        hint={texts.queuesHint}
        error={errors.queues}
        value={person.queues}
        onChange={(queues) => onChange({ queues })}
      />
      <Skills {...props} />
      <Field label={texts.units} hint={texts.unitsHint} error={errors.units}>
        {(ties) => (
          <input
            {...ties}
            type="number"
            class="short"
            min={1}
            max={100}
            value={person.units}
            onInput={(event) => onChange({ units: Math.round(event.currentTarget.valueAsNumber || 0) })}
          />
        )}
      </Field>
      <Caps {...props} />
    </>
  );
}

interface QueueChecksProps {
  readonly label: string;
  readonly hint: string;
  readonly error: string | undefined;
  readonly value: readonly string[];
  readonly onChange: (queues: readonly string[]) => void;
}

export function QueueChecks({ label, hint, error, value, onChange }: QueueChecksProps) {
  return (
    <Group label={label} hint={hint} error={error}>
      <div class="check-grid">
        {(workspace.value?.all_queues ?? value).map((queue) => (
          <Check
            key={queue}
            label={queue}
            checked={value.includes(queue)}
            onChange={() => onChange(toggled(value, queue))}
          />
        ))}
      </div>
    </Group>
  );
}

const LEVELS = [0, 1, 2, 3, 4, 5];

function Skills({ person, errors, onChange }: Props) {
  const texts = lead.value.settings.people;
  const [added, setAdded] = useState<readonly string[]>([]);
  const [typed, type] = useState("");
  const own = person.skills.map((skill) => skill.split(":")[0] ?? skill);
  const names = [...new Set([...(workspace.value?.skills ?? []), ...own, ...added])];
  const add = () => {
    const name = skillNamed(typed);
    if (!name) return;
    setAdded([...added, name]);
    onChange({ skills: withLevel(person.skills, name, 1) });
    type("");
  };
  return (
    <Group label={texts.skills} hint={texts.skillsHint} error={errors.skills}>
      <div class="skill-rows">
        {names.map((name) => (
          <label class="skill-row" key={name}>
            <span class="name">{name}</span>
            <select
              value={levelOf(person.skills, name)}
              onChange={(event) =>
                onChange({ skills: withLevel(person.skills, name, Number(event.currentTarget.value)) })
              }
            >
              {LEVELS.map((level) => (
                <option key={level} value={level}>
                  {level ? texts.level(level) : texts.noLevel}
                </option>
              ))}
            </select>
          </label>
        ))}
        <div class="skill-row">
          <input
            aria-label={texts.otherSkill}
            placeholder={texts.otherSkill}
            value={typed}
            maxLength={40}
            onInput={(event) => type(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              add();
            }}
          />
          <button type="button" disabled={!skillNamed(typed)} onClick={add}>
            {texts.addSkill}
          </button>
        </div>
      </div>
    </Group>
  );
}

function Caps({ person, errors, onChange }: Props) {
  const texts = lead.value.settings.people;
  const channels = workspace.value?.channels ?? [];
  return (
    <Group label={texts.caps} hint={texts.capsHint} error={errors.caps}>
      <div class="skill-rows">
        {channels.map(({ channel, cap, largest_cap: largest }) => (
          <label class="skill-row" key={channel}>
            <span class="name">{t.value.shell.channel[channel] ?? channel}</span>
            <input
              type="number"
              class="short"
              min={1}
              max={largest ?? 100}
              placeholder={cap === null ? texts.noCap : String(cap)}
              value={person.caps[channel] ?? ""}
              onInput={(event) => {
                const given = event.currentTarget.valueAsNumber;
                onChange({ caps: withCap(person.caps, channel, Number.isNaN(given) ? null : Math.round(given)) });
              }}
            />
            {largest !== null && <span class="quiet-text">{texts.largestCap(largest)}</span>}
          </label>
        ))}
      </div>
    </Group>
  );
}

/** A field's value as people read it. */
export function personShown(field: keyof Person, person: Person): string {
  const value = person[field];
  if (field === "role") return lead.value.settings.people.roles[person.role];
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value === "object")
    return Object.entries(value)
      .map(([channel, cap]) => `${channel}: ${cap}`)
      .join(", ");
  return String(value);
}
