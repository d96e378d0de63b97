/** Why a conversation is where it is: the decisions in sentences, who was looked at, and why it wasn't somebody else. */
import { useEffect, useState } from "preact/hooks";
import type { components } from "../../api/schema";
import type { Timeline } from "../../api/types";
import { desk } from "../../desk";
import { t } from "../../i18n";
import { clock, exactly } from "../../i18n/time";
import { colleagues, nameOf } from "../../store/workspace";

type Sentence = components["schemas"]["SentenceView"];

export function WhyPanel({ shown }: { readonly shown: Timeline }) {
  const texts = t.value.conversation.why;
  const [told, setTold] = useState<readonly Sentence[] | null>(null);
  const [hasFailed, setFailed] = useState(false);
  const [asked, setAsked] = useState("");
  const id = shown.conversation_id;
  const read = async (isShown: () => boolean) => {
    try {
      const query = asked ? { not: asked } : {};
      const path = { conversation_id: id };
      const { items } = await desk().api("GET", "/conversations/{conversation_id}/why", { path, query });
      if (!isShown()) return;
      setTold(items);
      setFailed(false);
    } catch {
      if (isShown()) setFailed(true);
    }
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was decided is another with another owner or place
  useEffect(() => {
    let isShown = true;
    void read(() => isShown);
    return () => {
      isShown = false;
    };
  }, [id, asked, shown.owner, shown.queue, shown.priority, shown.status]);
  return (
    <div class="why-panel">
      {hasFailed && (
        <p role="alert">
          {texts.failed}{" "}
          <button type="button" onClick={() => void read(() => true)}>
            {t.value.shell.retry}
          </button>
        </p>
      )}
      {!told && !hasFailed && <p class="quiet-text">{t.value.shell.loading}</p>}
      {told?.length === 0 && <p class="quiet-text">{texts.none}</p>}
      <ol class="sentences" aria-live="polite">
        {told?.map(({ at, text }, n) => (
          <li key={n}>
            <time dateTime={at} title={exactly(at)}>
              {clock(at)}
            </time>
            <span>{text}</span>
          </li>
        ))}
      </ol>
      <label class="field">
        <span>{texts.whyNot}</span>
        <select value={asked} onChange={({ currentTarget }) => setAsked(currentTarget.value)}>
          <option value="">{texts.anybody}</option>
          {colleagues.value.map(({ agent_id, name }) => (
            <option key={agent_id} value={agent_id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <Candidates shown={shown} />
    </div>
  );
}

function Candidates({ shown: { decision, owner } }: { readonly shown: Timeline }) {
  if (!decision?.considered.length) return null;
  return (
    <section>
      <h3>{t.value.conversation.why.candidates}</h3>
      <dl class="candidates">
        {decision.considered.map(([who = "", verdict]) => (
          <div key={who} class={who === owner ? "chosen" : ""}>
            <dt>{nameOf(who)}</dt>
            <dd>{verdict}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
