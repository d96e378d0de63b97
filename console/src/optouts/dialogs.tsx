/** Writing an opt-out down, and lifting one: both with the reason, which stays on record. */
import { useState } from "preact/hooks";
import { Problem } from "../api/client";
import type { OptOut } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { type FieldErrors, fieldErrors } from "../settings/field-errors";
import { workspace } from "../store/workspace";
import { shownAddress } from "../ui/address";
import { Dialog } from "../ui/dialog";
import { Field } from "../ui/form";
import { tell, tellError } from "../ui/toast";

interface Closing {
  readonly onDone: () => void;
  readonly onClose: () => void;
}

const FINE: FieldErrors = { fields: {}, rest: "" };

/** Do it, and show what is refused at its field. */
function useSending({ onDone, onClose }: Closing, said: string) {
  const [errors, setErrors] = useState(FINE);
  const [isBusy, setBusy] = useState(false);
  const send = async (act: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await act();
      tell(said);
      onClose();
      onDone();
    } catch (error) {
      setBusy(false);
      if (error instanceof Problem) setErrors(fieldErrors(error.detail, ["account", "address", "reason"]));
      else tellError(error);
    }
  };
  return { errors, isBusy, send };
}

export function LiftDialog({ optOut, ...closing }: Closing & { optOut: OptOut }) {
  const texts = lead.value.optouts;
  const [reason, setReason] = useState("");
  const { errors, isBusy, send } = useSending(closing, texts.lifted);
  const { account, address } = optOut;
  return (
    <Dialog title={texts.liftOf(shownAddress(optOut.channel, address))} onClose={closing.onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send(() => desk().api("POST", "/optouts/lift", { body: { account, address, reason: reason.trim() } }));
        }}
      >
        <p>{texts.liftHint}</p>
        <Reason value={reason} label={texts.liftReason} error={errors.fields.reason} onChange={setReason} />
        <Rest text={errors.rest} />
        <Buttons act={texts.lift} isReady={Boolean(reason.trim()) && !isBusy} onClose={closing.onClose} />
      </form>
    </Dialog>
  );
}

export function WriteDownDialog({ address: known, ...closing }: Closing & { address: string }) {
  const texts = lead.value.optouts;
  const accounts = workspace.value?.accounts ?? [];
  const [account, setAccount] = useState(accounts[0]?.account ?? "");
  const [address, setAddress] = useState(known);
  const [reason, setReason] = useState("");
  const { errors, isBusy, send } = useSending(closing, texts.written);
  const body = { account, address: address.trim(), reason: reason.trim() };
  return (
    <Dialog title={texts.write} onClose={closing.onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send(() => desk().api("POST", "/optouts", { body }));
        }}
      >
        <p>{texts.writeHint}</p>
        <Field label={lead.value.quarantine.account} error={errors.fields.account}>
          {(ties) => (
            <select {...ties} value={account} onChange={(event) => setAccount(event.currentTarget.value)}>
              {accounts.map((one) => (
                <option key={one.account}>{one.account}</option>
              ))}
            </select>
          )}
        </Field>
        <Field label={texts.who} error={errors.fields.address}>
          {(ties) => (
            <input
              {...ties}
              maxLength={320}
              autoComplete="off"
              value={address}
              onInput={(event) => setAddress(event.currentTarget.value)}
            />
          )}
        </Field>
        <Reason value={reason} label={texts.writeReason} error={errors.fields.reason} onChange={setReason} />
        <Rest text={errors.rest} />
        <Buttons
          act={texts.writeNow}
          isReady={Boolean(body.address && body.reason) && !isBusy}
          onClose={closing.onClose}
        />
      </form>
    </Dialog>
  );
}

interface ReasonProps {
  readonly label: string;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (reason: string) => void;
}

function Reason({ label, value, error, onChange }: ReasonProps) {
  return (
    <Field label={label} hint={lead.value.optouts.reasonHint} error={error}>
      {(ties) => (
        <textarea
          {...ties}
          rows={3}
          maxLength={500}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

function Rest({ text }: { text: string }) {
  return text ? (
    <p class="problem" role="alert">
      {text}
    </p>
  ) : null;
}

function Buttons({ act, isReady, onClose }: { act: string; isReady: boolean; onClose: () => void }) {
  return (
    <div class="dialog-buttons">
      <button type="button" onClick={onClose}>
        {t.value.shell.cancel}
      </button>
      <button type="submit" class="primary" disabled={!isReady}>
        {act}
      </button>
    </div>
  );
}
