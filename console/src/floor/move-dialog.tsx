/** Give conversations to an agent, or put them into another queue: choose, then see how each of them went. */
import { useSignal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Agent, Conversation } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { conversation, read } from "../store/conversations";
import { decide } from "../store/decide";
import { workspace } from "../store/workspace";
import { shownAddress } from "../ui/address";
import { Dialog } from "../ui/dialog";
import { Choice, Field } from "../ui/form";
import { moveAll, type Outcome, tallyOf } from "./move";
import { named } from "./team";

interface Props {
  readonly conversations: readonly Conversation[];
  readonly team: readonly Agent[];
  /** Where they are now. */
  readonly queue: string;
  /** Those that did not move stay selected. */
  readonly onMoved: (left: readonly string[]) => void;
  readonly onClose: () => void;
}

type Target = { readonly agent: string } | { readonly queue: string };

export function MoveDialog({ conversations, team, queue, onMoved, onClose }: Props) {
  const texts = lead.value.floor.moving;
  const outcomes = useSignal<ReadonlyMap<string, Outcome>>(new Map());
  const [target, setTarget] = useState<Target | null>(null);
  const start = async (to: Target, ids: readonly string[]) => {
    setTarget(to);
    const tell = (id: string, outcome: Outcome) => {
      outcomes.value = new Map(outcomes.value).set(id, outcome);
    };
    await moveAll(ids, (id) => moveOne(id, to), tell);
    onMoved(tallyOf(outcomes.value).failed);
  };
  return (
    <Dialog title={texts.title(conversations.length)} onClose={onClose}>
      {target ? (
        <Progress
          conversations={conversations}
          outcomes={outcomes.value}
          onAgain={(failed) => void start(target, failed)}
          onClose={onClose}
        />
      ) : (
        <Choose
          team={team}
          queue={queue}
          onClose={onClose}
          onChosen={(to) => {
            const ids = conversations.map((one) => one.conversation_id);
            void start(to, ids);
          }}
        />
      )}
    </Dialog>
  );
}

/** If a colleague decided on it meanwhile, it stays where it is, and its line says so. */
async function moveOne(id: string, to: Target): Promise<void> {
  const { api, inbox } = desk();
  const seen = conversation(id)?.peek();
  const isStillRight = async () => {
    await read(api, id);
    return isWhereItWas(seen, conversation(id)?.peek());
  };
  inbox.take(await decide(() => put(id, to), isStillRight));
}

function put(id: string, to: Target): Promise<Conversation> {
  const { api } = desk();
  const path = { conversation_id: id };
  const ifMatch = conversation(id)?.peek().etag;
  return "agent" in to
    ? api("POST", "/conversations/{conversation_id}/assign", { path, body: { agent_id: to.agent }, ifMatch })
    : api("PUT", "/conversations/{conversation_id}/place", { path, body: { queue: to.queue }, ifMatch });
}

/** A promise that was made, a message more: one that still waits there is moved all the same. */
function isWhereItWas(before: Conversation | undefined, now: Conversation | undefined): boolean {
  return (["queue", "owner", "status"] as const).every((name) => before?.[name] === now?.[name]);
}

interface ChooseProps {
  readonly team: readonly Agent[];
  readonly queue: string;
  readonly onChosen: (target: Target) => void;
  readonly onClose: () => void;
}

function Choose({ team, queue, onChosen, onClose }: ChooseProps) {
  const texts = lead.value.floor.moving;
  const [kind, setKind] = useState<"agent" | "queue">("agent");
  const [agent, setAgent] = useState("");
  const others = (workspace.value?.all_queues ?? []).filter((name) => name !== queue);
  const [other, setOther] = useState(others[0] ?? "");
  const chosen = kind === "agent" ? agent : other;
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen) onChosen(kind === "agent" ? { agent } : { queue: other });
      }}
    >
      {others.length > 0 && (
        <Choice
          label={texts.to}
          value={kind}
          onChange={setKind}
          options={[
            { value: "agent", label: texts.agent },
            { value: "queue", label: texts.queue },
          ]}
        />
      )}
      {kind === "agent" ? (
        <AgentPicker team={team} value={agent} onChange={setAgent} />
      ) : (
        <Field label={texts.queue} hint={texts.queueHint}>
          {(ties) => (
            <select {...ties} value={other} onChange={(event) => setOther(event.currentTarget.value)}>
              {others.map((name) => (
                <option key={name}>{name}</option>
              ))}
            </select>
          )}
        </Field>
      )}
      <div class="dialog-buttons">
        <button type="button" onClick={onClose}>
          {t.value.shell.cancel}
        </button>
        <button type="submit" class="primary" disabled={!chosen}>
          {texts.start}
        </button>
      </div>
    </form>
  );
}

/** Rows that a list for choosing shows; whoever is not among them is found by name. */
const OFFERED = 50;

interface PickerProps {
  readonly team: readonly Agent[];
  readonly value: string;
  readonly onChange: (agentId: string) => void;
}

function AgentPicker({ team, value, onChange }: PickerProps) {
  const texts = lead.value.floor.moving;
  const [words, setWords] = useState("");
  const there = team.filter((agent) => agent.presence !== "offline");
  const found = named(there, words).slice(0, OFFERED);
  return (
    <fieldset class="field-group">
      <legend>{texts.who}</legend>
      {there.length > 8 && (
        <input
          type="search"
          aria-label={lead.value.floor.team.find}
          placeholder={lead.value.floor.team.find}
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
      )}
      {there.length === 0 && <p>{texts.noneThere}</p>}
      {there.length > 0 && found.length === 0 && <p>{lead.value.floor.team.noneNamed}</p>}
      {found.length > 0 && (
        <div class="picker">
          {found.map((agent) => (
            <label class="check" key={agent.agent_id}>
              <input
                type="radio"
                name="agent"
                checked={agent.agent_id === value}
                onChange={() => onChange(agent.agent_id)}
              />
              <span>
                {agent.name}
                <span class={`presence-word ${agent.presence} end`}>{t.value.shell.presence[agent.presence]}</span>
                <span class="quiet-text">{agent.free > 0 ? texts.room(agent.free) : texts.noRoom}</span>
              </span>
            </label>
          ))}
        </div>
      )}
      <p class="hint">{texts.agentHint}</p>
    </fieldset>
  );
}

interface ProgressProps {
  readonly conversations: readonly Conversation[];
  readonly outcomes: ReadonlyMap<string, Outcome>;
  readonly onAgain: (failed: readonly string[]) => void;
  readonly onClose: () => void;
}

function Progress({ conversations, outcomes, onAgain, onClose }: ProgressProps) {
  const texts = lead.value.floor.moving;
  const { done, failed, isOver } = tallyOf(outcomes);
  const all = conversations.length;
  return (
    <>
      <p role="status">{texts.progress(done, all, failed.length)}</p>
      <progress max={all} value={done + failed.length} aria-label={texts.title(all)} />
      <ul class="outcomes">
        {conversations.map((one) => {
          const outcome = outcomes.get(one.conversation_id);
          const state = outcome?.state ?? "todo";
          return (
            <li key={one.conversation_id}>
              <span>{shownAddress(one.channel, one.customer)}</span>
              <span class={state === "done" ? "tag good" : state === "failed" ? "tag urgent" : "tag"}>
                {texts.states[state]}
              </span>
              {outcome?.state === "failed" && <span class="why">{outcome.why}</span>}
            </li>
          );
        })}
      </ul>
      <div class="dialog-buttons">
        {isOver && failed.length > 0 && (
          <button type="button" onClick={() => onAgain(failed)}>
            {texts.again(failed.length)}
          </button>
        )}
        <button type="button" class="primary" onClick={onClose}>
          {t.value.shell.close}
        </button>
      </div>
    </>
  );
}
