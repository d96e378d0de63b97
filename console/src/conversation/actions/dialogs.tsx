/** The dialogs of a conversation's actions, loaded when the first of them is opened. */
import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Timeline } from "../../api/types";
import { t } from "../../i18n";
import { clock, exactly } from "../../i18n/time";
import { workspace } from "../../store/workspace";
import { shownAddress } from "../../ui/address";
import { Dialog } from "../../ui/dialog";
import { addressesIn } from "../answer/copies";
import { MergeDialog } from "../customer/merge";
import { assign, erase, forward, hold, invite, place, resolve, snooze } from "./do";
import { closeDialog, type DialogName, opened } from "./open";
import { usePeople } from "./people";
import { StartDialog } from "./start";
import { TransferDialog } from "./transfer";
import { useTyped } from "./typed";
import { asInput, choices, wrongWith } from "./until";

export interface DialogProps {
  readonly shown: Timeline;
}

const DIALOGS: Readonly<Record<DialogName, ComponentType<DialogProps>>> = {
  resolve: ResolveDialog,
  snooze: SnoozeDialog,
  transfer: TransferDialog,
  assign: AssignDialog,
  place: PlaceDialog,
  block: BlockDialog,
  merge: MergeDialog,
  invite: InviteDialog,
  erase: EraseDialog,
  forward: ForwardDialog,
  start: StartDialog,
};

export default function Dialogs({ shown }: DialogProps) {
  const Opened = opened.value && DIALOGS[opened.value];
  return Opened && <Opened shown={shown} />;
}

interface FormProps {
  readonly title: string;
  readonly confirm: string;
  readonly children: ComponentChildren;
  readonly isReady?: boolean;
  /** Returns whether it worked; else the dialog stays with what was typed. */
  act(): Promise<boolean>;
}

const FIRST = "input, select, textarea, button";

/** A dialog that does one thing. */
export function ActionDialog({ title, confirm, children, isReady = true, act }: FormProps) {
  const [isBusy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // The dialog opens after its content: the first thing to fill in gets the focus then, else what cancels.
    const frame = requestAnimationFrame(() => form.current?.querySelector<HTMLElement>(FIRST)?.focus());
    return () => cancelAnimationFrame(frame);
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (isBusy || !isReady) return;
    setBusy(true);
    if (await act()) closeDialog();
    setBusy(false);
  };
  return (
    <Dialog title={title} onClose={closeDialog}>
      <form ref={form} class="dialog-form" onSubmit={(event) => void submit(event)}>
        {children}
        <div class="dialog-buttons">
          <button type="button" onClick={closeDialog}>
            {t.value.shell.cancel}
          </button>
          <button type="submit" class="primary" disabled={isBusy || !isReady}>
            {confirm}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function ResolveDialog({ shown }: DialogProps) {
  const texts = t.value.conversation.resolve;
  return (
    <ActionDialog title={texts.title} confirm={texts.confirm} act={() => resolve(shown, true)}>
      <p>{texts.warning}</p>
    </ActionDialog>
  );
}

function SnoozeDialog({ shown }: DialogProps) {
  const texts = t.value.conversation.snooze;
  const now = new Date();
  const [own, setOwn] = useState("");
  const wrong = own ? wrongWith(new Date(own), now) : null;
  const choose = async (until: Date) => (await snooze(shown, until)) && closeDialog();
  return (
    <ActionDialog
      title={texts.title}
      confirm={texts.set}
      isReady={own !== "" && wrong === null}
      act={() => snooze(shown, new Date(own))}
    >
      <p class="quiet-text">{texts.hint}</p>
      <ul class="snooze-choices">
        {choices(now).map(({ choice, until }) => (
          <li key={choice}>
            <button type="button" title={exactly(until.toISOString())} onClick={() => void choose(until)}>
              <span>{texts[choice]}</span>
              <span class="quiet-text">{clock(until.toISOString())}</span>
            </button>
          </li>
        ))}
      </ul>
      <label class="field">
        <span>{texts.own}</span>
        <input
          type="datetime-local"
          min={asInput(now)}
          value={own}
          aria-invalid={wrong !== null}
          onInput={({ currentTarget }) => setOwn(currentTarget.value)}
        />
      </label>
      {wrong && (
        <p class="bad" role="alert">
          {texts[wrong]}
        </p>
      )}
    </ActionDialog>
  );
}

function AssignDialog({ shown }: DialogProps) {
  const texts = t.value.conversation.assign;
  const people = usePeople().filter(({ agent_id, presence }) => agent_id !== shown.owner && presence !== "offline");
  const [wished, wish] = useState("");
  const chosen = people.some(({ agent_id }) => agent_id === wished) ? wished : (people[0]?.agent_id ?? "");
  return (
    <ActionDialog title={texts.title} confirm={texts.confirm} isReady={chosen !== ""} act={() => assign(shown, chosen)}>
      <label class="field">
        <span>{t.value.conversation.transfer.people}</span>
        <select value={chosen} onChange={({ currentTarget }) => wish(currentTarget.value)}>
          {people.map(({ agent_id, name, presence }) => (
            <option key={agent_id} value={agent_id}>
              {name} ({t.value.shell.presence[presence]})
            </option>
          ))}
        </select>
      </label>
      <p class="quiet-text">{texts.hint}</p>
    </ActionDialog>
  );
}

function PlaceDialog({ shown }: DialogProps) {
  const texts = t.value.conversation.place;
  const [queue, setQueue] = useState(shown.queue);
  const [priority, setPriority] = useState(shown.priority);
  const queues = workspace.value?.all_queues ?? [shown.queue];
  const isOther = queue !== shown.queue || priority !== shown.priority;
  return (
    <ActionDialog
      title={texts.title}
      confirm={texts.confirm}
      isReady={isOther}
      act={() => place(shown, queue, priority)}
    >
      {shown.why.length > 0 && (
        <p class="quiet-text">
          {texts.because}: {shown.why.join("; ")}
        </p>
      )}
      <label class="field">
        <span>{texts.queue}</span>
        <select value={queue} onChange={({ currentTarget }) => setQueue(currentTarget.value)}>
          {queues.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{texts.priority}</span>
        <select value={priority} onChange={({ currentTarget }) => setPriority(currentTarget.value)}>
          {["urgent", "high", "normal", "low"].map((name) => (
            <option key={name} value={name}>
              {t.value.shell.priority[name]}
            </option>
          ))}
        </select>
      </label>
      {queue !== shown.queue && <p class="quiet-text">{texts.hint}</p>}
    </ActionDialog>
  );
}

function BlockDialog({ shown }: DialogProps) {
  const texts = t.value.conversation.block;
  return (
    <ActionDialog title={texts.title} confirm={texts.confirm} act={() => hold(shown, "block")}>
      <p>{texts.what}</p>
    </ActionDialog>
  );
}

function InviteDialog({ shown }: DialogProps) {
  const texts = t.value.conversation.invite;
  const accounts = workspace.value?.accounts.filter(({ account }) => account !== shown.account) ?? [];
  const [account, setAccount] = useState(accounts[0]?.account ?? "");
  const [key] = useState(() => crypto.randomUUID());
  return (
    <ActionDialog
      title={texts.title}
      confirm={texts.confirm}
      isReady={account !== ""}
      act={() => invite(shown, account, key)}
    >
      <p>{texts.hint}</p>
      <label class="field">
        <span>{texts.where}</span>
        <select value={account} onChange={({ currentTarget }) => setAccount(currentTarget.value)}>
          {accounts.map(({ account: name, channel, address }) => (
            <option key={name} value={name}>
              {t.value.shell.channel[channel] ?? channel}, {shownAddress(channel, address)}
            </option>
          ))}
        </select>
      </label>
    </ActionDialog>
  );
}

function EraseDialog({ shown }: DialogProps) {
  const texts = t.value.conversation.erase;
  const [typed, setTyped] = useState("");
  return (
    <ActionDialog
      title={texts.title}
      confirm={texts.confirm}
      isReady={typed.trim().toUpperCase() === texts.word}
      act={() => erase(shown)}
    >
      <p>{texts.what}</p>
      <label class="field">
        <span>{texts.type(texts.word)}</span>
        <input
          type="text"
          autocomplete="off"
          value={typed}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      </label>
    </ActionDialog>
  );
}

function ForwardDialog({ shown }: DialogProps) {
  const texts = t.value.conversation.forward;
  const typed = useTyped("forward", shown.conversation_id);
  const { to = "", note = "" } = typed.words;
  const [isAll, setAll] = useState(false);
  const [key] = useState(() => crypto.randomUUID());
  const said = shown.messages.filter(({ direction, change }) => direction !== "internal" && change !== "deleted");
  const ids = isAll ? said.slice(-50).map(({ message_id }) => message_id) : null;
  const send = async () => {
    const isSent = await forward(shown, { to: addressesIn(to), note, message_ids: ids }, key);
    if (isSent) typed.forget();
    return isSent;
  };
  return (
    <ActionDialog title={texts.title} confirm={texts.send} isReady={addressesIn(to).length > 0} act={send}>
      <label class="field">
        <span>{texts.to}</span>
        <input
          type="text"
          autocomplete="off"
          placeholder={t.value.conversation.answer.copiesHint}
          value={to}
          onInput={({ currentTarget }) => typed.type("to", currentTarget.value)}
        />
      </label>
      <fieldset>
        <legend>{texts.what}</legend>
        <label>
          <input type="radio" name="what" checked={!isAll} onChange={() => setAll(false)} /> {texts.newest}
        </label>
        <label>
          <input type="radio" name="what" checked={isAll} onChange={() => setAll(true)} /> {texts.everything}
        </label>
      </fieldset>
      <label class="field">
        <span>{texts.note}</span>
        <textarea rows={3} value={note} onInput={({ currentTarget }) => typed.type("note", currentTarget.value)} />
      </label>
    </ActionDialog>
  );
}
