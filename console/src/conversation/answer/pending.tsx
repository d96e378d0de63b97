/** An answer or note that has not gone yet, at the end of the story: with what can still be done about it. */
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import type { Outgoing } from "../../store/outgoing";
import { Linked } from "../message/linked";
import { room } from "../room";
import { toField } from "./field";
import { useSeconds } from "./seconds";

export function Pending({ item }: { readonly item: Outgoing }) {
  const { conversationId, state } = item;
  useEffect(() => {
    if (state === "overtaken") void room().timelines.of(conversationId).read(); // what a colleague answered
  }, [conversationId, state]);
  const kind = item.mode === "note" ? "note" : "agent";
  return (
    <li class={`message ${kind} pending ${item.state}`}>
      <article>
        <Linked text={item.text} />
        {item.files.length > 0 && <p class="quiet-text">{item.files.map((file) => file.filename).join(", ")}</p>}
        <footer>
          <Fate item={item} />
        </footer>
      </article>
    </li>
  );
}

function Fate({ item }: { readonly item: Outgoing }) {
  const texts = t.value.conversation.answer;
  const { outbox } = room();
  const undo = () => {
    outbox.undo(item.key);
    toField();
  };
  const edit = <Choice label={texts.editAgain} act={undo} />;
  const drop = <Choice label={texts.dropIt} act={() => outbox.drop(item.key)} />;
  switch (item.state) {
    case "held":
      return (
        <>
          <Countdown until={item.dueAt} />
          <Choice label={texts.sendNow} act={() => outbox.now(item.key)} />
          <Choice label={texts.undo} act={undo} />
        </>
      );
    case "unsent":
      return (
        <>
          <span role="status">{texts.notSent}</span>
          <Choice label={t.value.shell.retry} act={() => outbox.again(item.key)} />
          {edit}
        </>
      );
    case "refused":
      return (
        <>
          <span class="bad" role="alert">
            {texts.refused(item.why ?? "")}
          </span>
          <Choice label={t.value.shell.retry} act={() => outbox.again(item.key)} />
          {edit}
          {drop}
        </>
      );
    case "overtaken":
      return (
        <>
          <span class="bad" role="alert">
            {texts.overtaken}
          </span>
          <Choice label={texts.sendAnyway} act={() => outbox.anyway(item.key)} />
          {edit}
          {drop}
        </>
      );
    default:
      return <span>{texts.sending}</span>;
  }
}

function Countdown({ until }: { readonly until: number }) {
  const seconds = useSeconds(until);
  return <span>{t.value.conversation.answer.goesIn(String(seconds))}</span>;
}

/** It goes with what it decides: the focus stays with the story. */
function Choice({ label, act }: { readonly label: string; act(): unknown }) {
  return (
    <button
      type="button"
      class="small"
      onClick={({ currentTarget }) => {
        currentTarget.closest<HTMLElement>("[tabindex]")?.focus({ preventScroll: true });
        act();
      }}
    >
      {label}
    </button>
  );
}
