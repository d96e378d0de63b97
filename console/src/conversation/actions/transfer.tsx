/** Passing a conversation on: to whom, and with which note. */
import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { workspace } from "../../store/workspace";
import { ActionDialog, type DialogProps } from "./dialogs";
import { type Target, transfer } from "./do";
import { usePeople } from "./people";
import { useTyped } from "./typed";

export function TransferDialog({ shown }: DialogProps) {
  const texts = t.value.conversation.transfer;
  const [value, setValue] = useState("");
  const typed = useTyped("transfer", shown.conversation_id);
  const { note = "" } = typed.words;
  const [key] = useState(() => crypto.randomUUID());
  const queues = workspace.value?.all_queues ?? [];
  const people = usePeople().filter(({ agent_id }) => agent_id !== shown.owner);
  const pass = async () => {
    const isPassed = await transfer(shown, targetOf(value), note.trim(), key);
    if (isPassed) typed.forget();
    return isPassed;
  };
  return (
    <ActionDialog title={texts.title} confirm={texts.confirm} isReady={value !== "" && note.trim() !== ""} act={pass}>
      <label class="field">
        <span>{texts.to}</span>
        <select value={value} onChange={({ currentTarget }) => setValue(currentTarget.value)}>
          <option value="" disabled>
            {texts.choose}
          </option>
          <optgroup label={texts.queues}>
            {queues.map((queue) => (
              <option key={queue} value={`queue ${queue}`}>
                {queue}
              </option>
            ))}
          </optgroup>
          <optgroup label={texts.people}>
            {people.map(({ agent_id, name, presence }) => (
              <option key={agent_id} value={`agent ${agent_id}`} disabled={presence === "offline"}>
                {name} ({t.value.shell.presence[presence]})
              </option>
            ))}
          </optgroup>
        </select>
      </label>
      <label class="field">
        <span>{texts.note}</span>
        <textarea
          rows={3}
          value={note}
          placeholder={texts.noteNeeded}
          onInput={({ currentTarget }) => typed.type("note", currentTarget.value)}
        />
      </label>
    </ActionDialog>
  );
}

function targetOf(value: string): Target {
  const [kind, ...rest] = value.split(" ");
  const name = rest.join(" ");
  return kind === "agent" ? { agent_id: name } : { queue: name };
}
