/** Who changed which setting, when, and what from and to. */
import type { Audited } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { clock, exactly } from "../i18n/time";
import { href } from "../router";
import { usePages } from "../store/pages";
import { colleagues, nameOf } from "../store/workspace";
import { Panel, Unread } from "../ui/room";

export function Audit() {
  const texts = lead.value.settings.audit;
  const read = (cursor: string | undefined) =>
    desk().api("GET", "/settings/audit", { query: cursor ? { cursor } : {} });
  const list = usePages<Audited>(read, "audit");
  const isEmpty = list.state.value === "ready" && list.items.value.length === 0;
  return (
    <Panel title={lead.value.settings.sections.audit}>
      <Unread error={list.error.value} onRetry={() => void list.load()} />
      {isEmpty && <p class="panel-empty">{texts.none}</p>}
      <ol class="audit">
        {list.items.value.map((change) => (
          <Change key={change.change_id} change={change} />
        ))}
      </ol>
      {list.state.value === "loading" && <p class="panel-empty">{t.value.shell.loading}</p>}
      {list.hasMore.value && list.state.value === "ready" && (
        <div class="panel-more">
          <button type="button" onClick={() => void list.more()}>
            {lead.value.more}
          </button>
        </div>
      )}
    </Panel>
  );
}

const SECTIONS = { agent: "people", canned: "canned", roster: "rosters" } as const;

function Change({ change }: { change: Audited }) {
  const texts = lead.value.settings.audit;
  const name = change.kind === "agent" ? nameFor(change) : change.subject;
  return (
    <li>
      <span>
        <strong>{nameOf(change.by)}</strong> {texts.did[verbOf(change)]} {texts.kinds[change.kind]}{" "}
        <a href={href("settings", SECTIONS[change.kind], change.subject)}>{name}</a>{" "}
        <time class="quiet-text" dateTime={change.at} title={exactly(change.at)}>
          {clock(change.at)}
        </time>
      </span>
      <ul>
        {told(change).map((one) => (
          <li key={one.field}>
            {fieldName(one.field)}: {one.before !== null && <del>{one.before || texts.nothing}</del>}
            {one.before !== null && one.after !== null && " → "}
            {one.after !== null && <ins>{one.after || texts.nothing}</ins>}
          </li>
        ))}
      </ul>
    </li>
  );
}

/** Whoever is no colleague any more is known by what was written down of them. */
function nameFor(change: Audited): string {
  const written = change.differences.find((one) => one.field === "name");
  const known = colleagues.value.find((one) => one.agent_id === change.subject)?.name;
  return known ?? written?.before ?? written?.after ?? change.subject;
}

function verbOf({ differences }: Audited): "added" | "removed" | "changed" {
  if (differences.length > 0 && differences.every((one) => one.before === null)) return "added";
  if (differences.length > 0 && differences.every((one) => one.after === null)) return "removed";
  return "changed";
}

/** Of what came or went, what it had: that it had no skills, or was for no queue in particular, says nothing. */
function told(change: Audited): Audited["differences"] {
  const isChange = verbOf(change) === "changed";
  return change.differences.filter(({ before, after }) => isChange || before || after);
}

/** "texts.en" is "Text (en)". */
function fieldName(field: string): string {
  const names: Readonly<Record<string, string>> = lead.value.settings.audit.fields;
  const [name = field, part] = field.split(".");
  return `${names[name] ?? name}${part ? ` (${part})` : ""}`;
}
