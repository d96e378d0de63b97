/** Who answers in a queue: whether they are there, how much they have, and until when. */
import { useState } from "preact/hooks";
import type { Agent } from "../api/types";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { clock, exactly } from "../i18n/time";
import { Bar } from "../ui/bar";
import { Panel } from "../ui/room";
import { conversationsOf } from "./links";
import { loadOf, named } from "./team";

/** Rows that are shown at first, and more each time. */
const STEP = 50;

export function Agents({ team }: { team: readonly Agent[] | null }) {
  const texts = lead.value.floor.team;
  const [words, setWords] = useState("");
  const [shown, setShown] = useState(STEP);
  if (!team) return <Panel title={texts.title}>{<p class="panel-empty">{t.value.shell.loading}</p>}</Panel>;
  const found = named(team, words);
  return (
    <Panel title={texts.title} aside={<span class="quiet-text">{there(team)}</span>}>
      {team.length > 8 && (
        <div class="panel-more">
          <input
            type="search"
            aria-label={texts.find}
            placeholder={texts.find}
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </div>
      )}
      {found.length === 0 && <p class="panel-empty">{words ? texts.noneNamed : texts.none}</p>}
      <ul class="agents">
        {found.slice(0, shown).map((agent) => (
          <AgentRow key={agent.agent_id} agent={agent} />
        ))}
      </ul>
      {found.length > shown && (
        <div class="panel-more">
          <button type="button" onClick={() => setShown(shown + STEP)}>
            {lead.value.more}
          </button>
        </div>
      )}
    </Panel>
  );
}

function there(team: readonly Agent[]): string {
  const counted = (presence: string) => team.filter((agent) => agent.presence === presence).length;
  return lead.value.floor.team.there(counted("online"), counted("away"), team.length);
}

function AgentRow({ agent }: { agent: Agent }) {
  const texts = lead.value.floor.team;
  return (
    <li>
      <a href={conversationsOf(agent.agent_id)} aria-label={texts.conversations(agent.name)}>
        {agent.name}
      </a>
      <span class={`presence-word ${agent.presence}`}>
        {t.value.shell.presence[agent.presence]}
        {agent.shift_until && (
          <span class="agent-line" title={exactly(agent.shift_until)}>
            {" "}
            {texts.shift(clock(agent.shift_until))}
          </span>
        )}
      </span>
      <span class="agent-line">{held(agent)}</span>
      <AgentLoad agent={agent} />
    </li>
  );
}

function AgentLoad({ agent }: { agent: Agent }) {
  const texts = lead.value.floor.team;
  const load = loadOf(agent);
  const isFull = load.taken >= load.units;
  return (
    <span class="agent-load">
      <Bar percent={load.percent} tone={load.isOver ? "urgent" : isFull ? "high" : "good"} />
      <span>
        {texts.load(load.taken, load.units)}
        {load.isOver && ` (${texts.over})`}
      </span>
    </span>
  );
}

/** "SMS 2, Mail 1": what they have, by channel. */
function held(agent: Agent): string {
  const parts = Object.entries(agent.held).filter(([, count]) => count > 0);
  const names = t.value.shell.channel;
  return (
    parts.map(([channel, count]) => `${names[channel] ?? channel} ${count}`).join(", ") ||
    lead.value.floor.team.holdsNothing
  );
}
