/** The team: everybody who can sign in, and the way to invite somebody. */
import type { Member } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { href } from "../router";
import { usePages } from "../store/pages";
import type { Column } from "../ui/table";
import { Listing } from "./listing";
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
  const read = (cursor: string | undefined) =>
    desk().api("GET", "/settings/agents", { query: cursor ? { cursor } : {} });
  return (
    <Listing
      title={lead.value.settings.sections.people}
      find={texts.find}
      add={{ label: texts.invite, place: ["settings", "people", NEW] }}
      list={usePages<Member>(read, "people", true)}
      columns={columns()}
      keyOf={(member) => member.agent_id}
      wordsOf={(member) => `${member.name} ${member.email ?? ""}`}
      none={texts.none}
      noneFound={texts.none}
    />
  );
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
