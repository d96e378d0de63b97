/** Writing to a customer first: from which account, to whom, what. */
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import { desk } from "../../desk";
import { t } from "../../i18n";
import { go } from "../../router";
import { workspace } from "../../store/workspace";
import { Dialog } from "../../ui/dialog";
import { tellError } from "../../ui/toast";
import { take } from "../act";
import type { DialogProps } from "./dialogs";
import { closeDialog } from "./open";

/** As an action of a conversation: to its customer. */
export function StartDialog({ shown }: DialogProps) {
  return <StartForm address={shown.customer} channel={shown.channel} onClose={closeDialog} />;
}

const NOTHING = { subject: "", text: "" };
/** What was written and has not gone: closing the dialog loses nothing. */
const begun = signal(NOTHING);

interface Props {
  readonly address?: string;
  readonly channel?: string;
  onClose(): void;
}

export default function StartForm({ address: known = "", channel, onClose }: Props) {
  const texts = t.value.conversation.start;
  const queues = workspace.value?.me.queues ?? [];
  const isLead = workspace.value?.me.role === "lead";
  const accounts = workspace.value?.accounts.filter(({ queue }) => isLead || queues.includes(queue)) ?? [];
  const [name, setName] = useState((accounts.find((one) => one.channel === channel) ?? accounts[0])?.account ?? "");
  const [address, setAddress] = useState(known);
  const { subject, text } = begun.value;
  const setSubject = (changed: string) => {
    begun.value = { text, subject: changed };
  };
  const setText = (changed: string) => {
    begun.value = { subject, text: changed };
  };
  const [key] = useState(() => crypto.randomUUID());
  const [isBusy, setBusy] = useState(false);
  const account = accounts.find((one) => one.account === name);
  const isMail = account?.channel === "email";
  const isReady = Boolean(account && address.trim() && text.trim() && (!isMail || subject.trim()));
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!isReady || isBusy) return;
    setBusy(true);
    try {
      const body = { account: name, address: address.trim(), text, ...(isMail ? { subject: subject.trim() } : {}) };
      const made = await desk().api("POST", "/conversations", { key, body });
      take(made);
      begun.value = NOTHING;
      onClose();
      go("inbox", "mine", made.conversation_id);
    } catch (error) {
      tellError(error);
      setBusy(false);
    }
  };
  const hours = String(Math.round((account?.window_seconds ?? 0) / 3600));
  return (
    <Dialog title={texts.title} onClose={onClose}>
      <form class="dialog-form" onSubmit={(event) => void submit(event)}>
        <label class="field">
          <span>{texts.account}</span>
          <select value={name} onChange={({ currentTarget }) => setName(currentTarget.value)}>
            {accounts.map((one) => (
              <option key={one.account} value={one.account}>
                {t.value.shell.channel[one.channel] ?? one.channel}, {one.brand} ({one.address})
              </option>
            ))}
          </select>
        </label>
        {account?.begins === "known" && <p class="quiet-text">{texts.known}</p>}
        {account?.begins === "recent" && <p class="quiet-text">{texts.recent(hours)}</p>}
        <label class="field">
          <span>{texts.address}</span>
          <input
            type="text"
            autocomplete="off"
            placeholder={texts.addressHint}
            value={address}
            onInput={({ currentTarget }) => setAddress(currentTarget.value)}
          />
        </label>
        {isMail && (
          <label class="field">
            <span>{texts.subject}</span>
            <input
              type="text"
              maxLength={200}
              value={subject}
              onInput={({ currentTarget }) => setSubject(currentTarget.value)}
            />
          </label>
        )}
        <label class="field">
          <span>{texts.text}</span>
          <textarea rows={5} dir="auto" value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
        </label>
        <div class="dialog-buttons">
          <button type="button" onClick={onClose}>
            {t.value.shell.cancel}
          </button>
          <button type="submit" class="primary" disabled={!isReady || isBusy} title={isReady ? undefined : texts.fill}>
            {texts.send}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
