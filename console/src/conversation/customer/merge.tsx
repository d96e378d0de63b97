/** Saying that two customers are one person: the other one is found by an address. */
import { useState } from "preact/hooks";
import type { Conversation, Timeline } from "../../api/types";
import { desk } from "../../desk";
import { t } from "../../i18n";
import { clock } from "../../i18n/time";
import { shownAddress } from "../../ui/address";
import { tellError } from "../../ui/toast";
import { perform } from "../act";
import { ActionDialog, type DialogProps } from "../actions/dialogs";
import { part, showAnew } from "./joins";

export function MergeDialog({ shown }: DialogProps) {
  const texts = t.value.conversation.merge;
  const [query, setQuery] = useState("");
  const [found, setFound] = useState<readonly Conversation[] | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const others = [...new Map(found?.map((one) => [one.customer_id, one])).values()];
  const strangers = others.filter(({ customer_id }) => customer_id !== shown.customer_id);
  const search = async () => {
    if (!query.trim()) return;
    try {
      const page = await desk().api("POST", "/search", { body: { customer: query.trim(), limit: 25 } });
      setFound(page.items);
      setChosen(page.items.find(({ customer_id }) => customer_id !== shown.customer_id)?.customer_id ?? null);
    } catch (error) {
      tellError(error);
    }
  };
  return (
    <ActionDialog
      title={texts.title}
      confirm={texts.confirm}
      isReady={chosen !== null}
      act={() => merge(shown, chosen ?? "")}
    >
      <p class="quiet-text">{texts.hint}</p>
      <div class="merge-search">
        <input
          type="search"
          aria-label={texts.search}
          placeholder={texts.search}
          value={query}
          onInput={({ currentTarget }) => setQuery(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            void search();
          }}
        />
        <button type="button" onClick={() => void search()}>
          {texts.find}
        </button>
      </div>
      <div>
        <div role="status">
          {found && !others.length && <p>{texts.none}</p>}
          {found && others.length > 0 && !strangers.length && <p>{texts.same}</p>}
        </div>
        {strangers.map((one) => (
          <label key={one.customer_id}>
            <input
              type="radio"
              name="customer"
              checked={chosen === one.customer_id}
              onChange={() => setChosen(one.customer_id)}
            />{" "}
            {shownAddress(one.channel, one.customer)}{" "}
            <span class="quiet-text">
              {t.value.shell.channel[one.channel] ?? one.channel}, {clock(one.opened_at)}
            </span>
          </label>
        ))}
      </div>
    </ActionDialog>
  );
}

async function merge(shown: Timeline, other: string): Promise<boolean> {
  const texts = t.value.conversation.done;
  const path = { customer_id: shown.customer_id };
  const call = () => desk().api("POST", "/customers/{customer_id}/joins", { path, body: { customer_id: other } });
  const person = await perform(call, ({ joins }) => {
    const made = joins.findLast(({ undone_at }) => undone_at === null);
    if (!made) return { done: texts.merged };
    return { done: texts.merged, undo: () => part(shown, made.join_id) };
  });
  if (person) showAnew(shown);
  return person !== null;
}
