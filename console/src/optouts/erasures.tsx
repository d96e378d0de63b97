/** Having a customer erased everywhere, and seeing by its code how far that got. */
import { useEffect, useState } from "preact/hooks";
import { Problem } from "../api/client";
import type { Erasure } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { exactly } from "../i18n/time";
import { go, href } from "../router";
import { type FieldErrors, fieldErrors } from "../settings/field-errors";
import { useResource } from "../store/resource";
import { workspace } from "../store/workspace";
import { Confirm } from "../ui/dialog";
import { Field } from "../ui/form";
import { Panel, Unread } from "../ui/room";
import { tellError } from "../ui/toast";
import { codes, remember } from "./codes";

export function Erasures({ code }: { code: string | undefined }) {
  return (
    <div class="erasure-places">
      <Ask />
      <div class="room-side">
        <Lookup code={code} />
        {code && <Progress code={code} />}
      </div>
    </div>
  );
}

const FINE: FieldErrors = { fields: {}, rest: "" };

function Ask() {
  const texts = lead.value.optouts.erasures;
  const channels = [...new Set((workspace.value?.accounts ?? []).map((one) => one.channel))];
  const [channel, setChannel] = useState(channels[0] ?? "");
  const [address, setAddress] = useState("");
  const [errors, setErrors] = useState(FINE);
  const [isAsking, setAsking] = useState(false);
  const ask = async () => {
    setAsking(false);
    try {
      const asked = await desk().api("POST", "/erasures", { body: { channel, address: address.trim() } });
      remember(asked.code);
      go("optouts", "erasures", asked.code);
    } catch (error) {
      if (error instanceof Problem) setErrors(fieldErrors(error.detail, ["channel", "address"]));
      else tellError(error);
    }
  };
  return (
    <Panel title={texts.ask}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          setAsking(true);
        }}
      >
        <p>{texts.hint}</p>
        <Field label={lead.value.floor.channel} error={errors.fields.channel}>
          {(ties) => (
            <select {...ties} value={channel} onChange={(event) => setChannel(event.currentTarget.value)}>
              {channels.map((name) => (
                <option key={name} value={name}>
                  {t.value.shell.channel[name] ?? name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={lead.value.optouts.who} hint={texts.addressHint} error={errors.fields.address}>
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
        {errors.rest && (
          <p class="problem" role="alert">
            {errors.rest}
          </p>
        )}
        <div class="form-buttons">
          <button type="submit" class="danger" disabled={!address.trim() || !channel}>
            {texts.ask}
          </button>
        </div>
      </form>
      {isAsking && (
        <Confirm
          title={texts.confirmTitle(address.trim())}
          act={texts.ask}
          onConfirm={() => void ask()}
          onClose={() => setAsking(false)}
        >
          <p>{texts.confirm}</p>
        </Confirm>
      )}
    </Panel>
  );
}

function Lookup({ code }: { code: string | undefined }) {
  const texts = lead.value.optouts.erasures;
  const [typed, type] = useState(code ?? "");
  return (
    <Panel title={texts.howFar}>
      <form
        class="panel-more form-buttons"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim()) go("optouts", "erasures", typed.trim());
        }}
      >
        <input
          aria-label={texts.code}
          placeholder={texts.code}
          spellcheck={false}
          value={typed}
          onInput={(event) => type(event.currentTarget.value)}
        />
        <button type="submit">{texts.look}</button>
      </form>
      {codes.value.length > 0 && (
        <>
          <p class="panel-text">{texts.lately}</p>
          <ul class="codes">
            {codes.value.map((known) => (
              <li key={known}>
                <a href={href("optouts", "erasures", known)}>
                  <code>{known}</code>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  );
}

const LOOK_EVERY = 5_000;

function Progress({ code }: { code: string }) {
  const texts = lead.value.optouts.erasures;
  const known = useResource(() => desk().api("GET", "/erasures/{code}", { path: { code } }), code);
  const erasure = known.value.value;
  const isOver = erasure?.state === "done" || known.error.value !== null;
  useEffect(() => {
    if (isOver) return;
    const timer = setInterval(() => void known.reload(), LOOK_EVERY);
    return () => clearInterval(timer);
  }, [isOver, known]);
  return (
    <Panel title={texts.title}>
      <Unread error={known.error.value} onRetry={() => void known.reload()} />
      {erasure && <Found erasure={erasure} />}
    </Panel>
  );
}

function Found({ erasure }: { erasure: Erasure }) {
  const texts = lead.value.optouts.erasures;
  const asked = erasure.asked[0]?.at;
  return (
    <div class="erasure-state">
      <p role="status">
        <span class={erasure.state === "done" ? "tag good" : "tag high"}>
          {texts.states[erasure.state] ?? erasure.state}
        </span>
      </p>
      <dl class="fact-list">
        {typeof asked === "string" && <dt>{texts.askedAt}</dt>}
        {typeof asked === "string" && <dd>{exactly(asked)}</dd>}
        {erasure.done_at && <dt>{texts.doneAt}</dt>}
        {erasure.done_at && <dd>{exactly(erasure.done_at)}</dd>}
        <dt>{texts.conversations}</dt>
        <dd>{erasure.conversations}</dd>
        <dt>{texts.messages}</dt>
        <dd>{erasure.messages}</dd>
        <dt>{texts.files}</dt>
        <dd>{erasure.files}</dd>
        <dt>{texts.left}</dt>
        <dd>{erasure.left_at_provider}</dd>
      </dl>
    </div>
  );
}
