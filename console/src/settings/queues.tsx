/** Queues as the policy has them, and who answers in each. */
import { useState } from "preact/hooks";
import type { Agent, Member, QueueSettings } from "../api/types";
import { desk } from "../desk";
import { named, readTeam } from "../floor/team";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { href } from "../router";
import { usePages } from "../store/pages";
import { useResource } from "../store/resource";
import { PlusIcon } from "../ui/icons";
import { Panel, Unread } from "../ui/room";
import { type Column, Table } from "../ui/table";
import { tell, tellError } from "../ui/toast";
import { BackLink } from "./back";
import { duration } from "./duration";
import type { SectionProps } from "./page";

export function QueuesRoom({ item }: SectionProps) {
  const queues = useResource(() => desk().api("GET", "/settings/queues"), "queues");
  const items = queues.value.value?.items;
  const queue = items?.find((one) => one.queue === item);
  if (queue) return <QueueMembers queue={queue} />;
  return (
    <Panel title={lead.value.settings.sections.queues}>
      <Unread error={queues.error.value} onRetry={() => void queues.reload()} />
      <p class="panel-text">{lead.value.settings.queues.hint}</p>
      {!items && !queues.error.value && <p class="panel-empty">{t.value.shell.loading}</p>}
      {items && (
        <Table
          caption={lead.value.settings.sections.queues}
          columns={columns()}
          rows={items}
          keyOf={(one) => one.queue}
        />
      )}
    </Panel>
  );
}

function columns(): readonly Column<QueueSettings>[] {
  const texts = lead.value.settings.queues;
  const names = t.value.shell.priority;
  return [
    {
      key: "queue",
      label: texts.queue,
      isHeader: true,
      cell: (one) => <a href={href("settings", "queues", one.queue)}>{one.queue}</a>,
    },
    { key: "zone", label: texts.zone, cell: (one) => one.zone },
    { key: "skills", label: texts.skills, cell: (one) => one.skills.join(", ") || "–" },
    ...(["urgent", "high", "normal", "low"] as const).map((priority) => ({
      key: priority,
      label: texts.target(names[priority] ?? priority),
      isNumber: true,
      cell: (one: QueueSettings) => duration(one.targets[priority] ?? 0),
    })),
    { key: "overflow", label: texts.overflow, cell: (one) => one.overflow.join(", ") || "–" },
  ];
}

function QueueMembers({ queue }: { queue: QueueSettings }) {
  const texts = lead.value.settings.queues;
  const team = useResource(() => readTeam(desk().api, queue.queue), queue.queue);
  const [isAdding, setAdding] = useState(false);
  const path = (agent: string) => ({ queue: queue.queue, agent_id: agent });
  const change = async (method: "PUT" | "DELETE", agentId: string, said: string, undo?: () => void) => {
    try {
      await desk().api(method, "/settings/queues/{queue}/agents/{agent_id}", { path: path(agentId) });
      tell(said, undo && { label: t.value.shell.undo, act: undo });
      await team.reload();
    } catch (error) {
      tellError(error);
    }
  };
  const add = ({ agent_id, name }: { readonly agent_id: string; readonly name: string }) =>
    void change("PUT", agent_id, texts.added(name, queue.queue));
  const remove = (agent: Agent) =>
    void change("DELETE", agent.agent_id, texts.removed(agent.name, queue.queue), () => add(agent));
  const members = team.value.value;
  return (
    <>
      <Panel title={queue.queue} aside={<BackLink section="queues" />}>
        <Unread error={team.error.value} onRetry={() => void team.reload()} />
        <header class="panel-text">
          <span>{members ? texts.members(members.length) : t.value.shell.loading}</span>{" "}
          <button type="button" aria-expanded={isAdding} onClick={() => setAdding(!isAdding)}>
            {texts.add}
          </button>
        </header>
        {isAdding && <Adding members={members ?? []} onAdd={add} />}
        {members && members.length > 0 && (
          <Table
            caption={texts.members(members.length)}
            columns={memberColumns(remove)}
            rows={members}
            keyOf={(agent) => agent.agent_id}
          />
        )}
      </Panel>
      <p class="hint">{texts.removeHint}</p>
    </>
  );
}

function memberColumns(remove: (agent: Agent) => void): readonly Column<Agent>[] {
  const texts = lead.value.settings.queues;
  const people = lead.value.settings.people;
  return [
    {
      key: "name",
      label: people.name,
      isHeader: true,
      cell: (agent) => <a href={href("settings", "people", agent.agent_id)}>{agent.name}</a>,
    },
    {
      key: "presence",
      label: t.value.shell.presence.label,
      cell: (agent) => <span class={`presence-word ${agent.presence}`}>{t.value.shell.presence[agent.presence]}</span>,
    },
    { key: "skills", label: people.skills, cell: (agent) => agent.skills.join(", ") || "–" },
    { key: "units", label: people.units, isNumber: true, cell: (agent) => agent.units },
    {
      key: "remove",
      label: lead.value.remove,
      isLabelHidden: true,
      isNumber: true,
      cell: (agent) => (
        <button type="button" aria-label={texts.removeOne(agent.name)} onClick={() => remove(agent)}>
          {lead.value.remove}
        </button>
      ),
    },
  ];
}

/** Rows that are offered; whoever is not among them is found by name. */
const OFFERED = 20;

/** Choose among the team, without those who are in the queue already. */
function Adding({ members, onAdd }: { members: readonly Agent[]; onAdd: (member: Member) => void }) {
  const texts = lead.value.settings.queues;
  const [words, setWords] = useState("");
  const read = (cursor: string | undefined) =>
    desk().api("GET", "/settings/agents", { query: cursor ? { cursor } : {} });
  const people = usePages<Member>(read, "people", true);
  const others = people.items.value.filter(
    (one) => one.in_team && !members.some((member) => member.agent_id === one.agent_id),
  );
  const found = named(others, words).slice(0, OFFERED);
  return (
    <div class="panel-more">
      <input
        type="search"
        aria-label={lead.value.settings.people.find}
        placeholder={lead.value.settings.people.find}
        value={words}
        onInput={(event) => setWords(event.currentTarget.value)}
      />
      <Unread error={people.error.value} onRetry={() => void people.all()} />
      {people.state.value === "ready" && found.length === 0 && <p>{texts.nobodyElse}</p>}
      <ul class="variables" aria-label={texts.add}>
        {found.map((member) => (
          <li key={member.agent_id}>
            <button type="button" onClick={() => onAdd(member)}>
              <PlusIcon /> {member.name}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
