/** One's own: where one is told of what waits while one doesn't look, and how this browser shows the console. */
import { useMemo } from "preact/hooks";
import type { Alerts } from "../api/types";
import { desk } from "../desk";
import { LOCALES, type Locale, locale, speak, t } from "../i18n";
import { lead } from "../i18n/lead";
import { hasSound, notifications, setNotifications, setSound } from "../notify/choices";
import { Check, Choice, Field, Group, toggled } from "../ui/form";
import { Panel } from "../ui/room";
import { choose, THEMES, theme } from "../ui/theme";
import { tellError } from "../ui/toast";
import { duration } from "./duration";
import { editOf, type Source } from "./edit";
import { EditForm } from "./edit-form";
import type { SectionProps } from "./page";

type Reason = Alerts["reasons"][number];
const REASONS: readonly Reason[] = ["assigned", "mentioned", "promise"];
const ALERTS: Source<Alerts> = {
  fields: ["mail", "webhook", "reasons"],
  read: async () => ({ value: await desk().api("GET", "/me/alerts"), etag: undefined }),
  write: async ({ mail, webhook, reasons }) => {
    const body = { mail: mail?.trim() || null, webhook, reasons };
    return { value: await desk().api("PUT", "/me/alerts", { body }), etag: undefined };
  },
};

export function Personal(_: SectionProps) {
  const texts = lead.value.settings.personal;
  const edit = useMemo(() => editOf("personal", () => ALERTS), []);
  const { fields } = edit.errors.value;
  return (
    <>
      <Panel title={texts.alerts}>
        <EditForm
          edit={edit}
          place={["settings", "personal"]}
          nameOf={(field) => String(field)}
          show={(field, alerts) => String(alerts[field])}
        >
          {(alerts) =>
            alerts.offered.length === 0 ? (
              <p>{texts.noneOffered}</p>
            ) : (
              <>
                <p class="hint">{texts.alertsHint(duration(alerts.after_seconds), duration(alerts.every_seconds))}</p>
                <Ways alerts={alerts} errors={fields} onChange={(part) => edit.change(part)} />
                <Group label={texts.reasonsLabel} error={fields.reasons}>
                  {REASONS.map((reason) => (
                    <Check
                      key={reason}
                      label={texts.reasons[reason]}
                      checked={alerts.reasons.includes(reason)}
                      onChange={() => edit.change({ reasons: toggled(alerts.reasons, reason) })}
                    />
                  ))}
                </Group>
              </>
            )
          }
        </EditForm>
      </Panel>
      <Panel title={texts.here}>
        <Here />
      </Panel>
    </>
  );
}

interface WaysProps {
  readonly alerts: Alerts;
  readonly errors: Readonly<Record<string, string>>;
  readonly onChange: (part: Partial<Alerts>) => void;
}

function Ways({ alerts, errors, onChange }: WaysProps) {
  const texts = lead.value.settings.personal;
  return (
    <>
      {alerts.offered.includes("mail") && (
        <Field
          label={texts.mail}
          hint={alerts.domains.length ? texts.domains(alerts.domains.join(", ")) : texts.mailHint}
          error={errors.mail}
        >
          {(ties) => (
            <input
              {...ties}
              type="email"
              autoComplete="email"
              value={alerts.mail ?? ""}
              onInput={(event) => onChange({ mail: event.currentTarget.value || null })}
            />
          )}
        </Field>
      )}
      {alerts.offered.includes("webhook") && (
        <Group label={texts.webhookLabel} error={errors.webhook}>
          <Check label={texts.webhook} checked={alerts.webhook} onChange={(webhook) => onChange({ webhook })} />
        </Group>
      )}
    </>
  );
}

/** What this browser remembers; the same as in the menu at the top. */
function Here() {
  const shell = t.value.shell;
  const state = notifications.value;
  const cant = state === "blocked" || state === "unavailable";
  return (
    <div class="form">
      <Field label={shell.language}>
        {(ties) => (
          <select
            {...ties}
            class="short"
            value={locale.value}
            onChange={(event) => void speak(event.currentTarget.value as Locale, true).catch(tellError)}
          >
            {Object.entries(LOCALES).map(([name, words]) => (
              <option key={name} value={name} lang={name}>
                {words}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Choice
        label={shell.theme.label}
        value={theme.value}
        onChange={choose}
        options={THEMES.map((name) => ({ value: name, label: shell.theme[name] }))}
      />
      <Group label={lead.value.settings.personal.heard} hint={cant ? shell.account[state] : undefined}>
        <Check label={shell.account.sound} checked={hasSound.value} onChange={setSound} />
        <Check
          label={shell.account.notifications}
          checked={state === "on"}
          disabled={cant}
          onChange={(isOn) => void setNotifications(isOn)}
        />
      </Group>
    </div>
  );
}
