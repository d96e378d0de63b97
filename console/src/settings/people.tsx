/** The team: everybody who can sign in, and the way to invite somebody. */
import { useState } from "preact/hooks";
import type { Member } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { href } from "../router";
import { usePages } from "../store/pages";
import { Panel, Unread } from "../ui/room";
import { type Column, Table } from "../ui/table";
import { Invite, MemberForm } from "./member";
import type { SectionProps } from "./page";

/** The place where somebody new is invited. */
export const NEW = "new";

export function People({ item }: SectionProps) {
  if (item === NEW) return <Invite />;
  return item ? <MemberForm agentId={item} /> : <PeopleList />;
}

function PeopleList() {
  const texts = lead.value.settings.people;
  const [words, setWords] = useState("");
  const read = (cursor: string | undefined) =>
    desk().api("GET", "/settings/agents", { query: cursor ? { cursor } : {} });
  const people = usePages<Member>(read, "people", true);
  const shown = people.items.value.filter((one) => isNamed(one, words));
  return (
    <Panel
      title={lead.value.settings.sections.people}
      aside={
        <>
          <input
            type="search"
            class="panel-filter"
            aria-label={texts.find}
            placeholder={texts.find}
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
          <a class="button primary end" href={href("settings", "people", NEW)}>
            {texts.invite}
          </a>
        </>
      }
    >
      <Unread error={people.error.value} onRetry={() => void people.all()} />
      {shown.length > 0 && (
        <Table caption={lead.value.settings.sections.people} columns={columns()} rows={shown} keyOf={keyOf} />
      )}
      {people.state.value === "loading" && <p class="panel-empty">{t.value.shell.loading}</p>}
      {people.state.value === "ready" && shown.length === 0 && <p class="panel-empty">{texts.none}</p>}
    </Panel>
  );
}

const keyOf = (member: Member) => member.agent_id;

function isNamed(member: Member, words: string): boolean {
  const wanted = words.trim().toLocaleLowerCase();
  return `${member.name} ${member.email ?? ""}`.toLocaleLowerCase().includes(wanted);
}

function columns(): readonly Column<Member>[] {
  const texts = lead.value.settings.people;
  return [
    {
      key: "name",
      label: texts.name,
      isHeader: true,
      cell: (member) => <a href={href("settings", "people", member.agent_id)}>{member.name || member.email}</a>,
    },
    { key: "email", label: texts.email, cell: (member) => member.email ?? "–" },
    { key: "role", label: texts.role, cell: (member) => texts.roles[member.role] },
    { key: "queues", label: texts.queues, cell: (member) => member.queues.join(", ") || "–" },
    {
      key: "units",
      label: texts.units,
      isNumber: true,
      cell: (member) => member.units ?? "–",
    },
    { key: "access", label: texts.access, cell: (member) => <Access member={member} /> },
  ];
}

function Access({ member }: { member: Member }) {
  const texts = lead.value.settings.people;
  if (!member.in_team) return <span class="tag">{texts.notInTeam}</span>;
  if (member.sign_in !== "active") return <span class="tag high">{texts.signIn[member.sign_in]}</span>;
  return <span class={`presence-word ${member.presence}`}>{t.value.shell.presence[member.presence]}</span>;
}
