/**
 * Looking for a customer, or for what was said. Not in the address, unlike the filters: what is looked for may be a
 * name, and addresses end up in logs.
 */
import { signal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { desk } from "../desk";
import { t } from "../i18n";
import { guess, Search, type Sought } from "../store/search";
import { SearchIcon } from "../ui/icons";
import { ConversationList } from "./list";
import { addressesIn, type Place } from "./place";

const typed = signal("");
/** What the agent says it is; else it is guessed. */
const chosen = signal<Sought["by"] | null>(null);
type Asked = Pick<Sought, "words" | "by">;
const sought = signal<Asked | null>(null);

const BY = ["text", "customer"] as const;

/** What was found, or what one could look for. */
export function Found({ at }: { readonly at: Place }) {
  if (sought.value) return <Results at={at} asked={sought.value} />;
  return (
    <div class="empty">
      <p>{t.value.inbox.empty.search}</p>
    </div>
  );
}

function Results({ at, asked }: { readonly at: Place; readonly asked: Asked }) {
  const filters = JSON.stringify(at.filters);
  const found = useMemo(() => new Search(desk().api, { ...asked, filters: JSON.parse(filters) }), [asked, filters]);
  useEffect(() => void found.load(), [found]);
  return (
    <ConversationList
      rows={found}
      label={t.value.inbox.views.search}
      open={at.id}
      addressOf={addressesIn(at)}
      empty={<Nothing found={found} />}
    />
  );
}

export function SearchForm() {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const texts = t.value.inbox.search;
  const by = chosen.value ?? guess(typed.value);
  return (
    <search>
      <form
        class="search"
        onSubmit={(event) => {
          event.preventDefault();
          const words = typed.peek().trim();
          if (words) sought.value = { words, by };
        }}
      >
        <div class="search-line">
          <input
            ref={field}
            type="search"
            aria-label={texts.label}
            placeholder={by === "text" ? texts.textHint : texts.customerHint}
            maxLength={200}
            value={typed.value}
            onInput={(event) => {
              typed.value = event.currentTarget.value;
            }}
          />
          <button type="submit" class="icon-button" aria-label={texts.go} title={texts.go}>
            <SearchIcon />
          </button>
        </div>
        <fieldset class="search-by">
          <legend class="visually-hidden">{texts.by}</legend>
          {BY.map((kind) => (
            <label key={kind}>
              <input
                type="radio"
                name="search-by"
                checked={by === kind}
                onChange={() => {
                  chosen.value = kind;
                }}
              />
              {texts[kind]}
            </label>
          ))}
        </fieldset>
      </form>
    </search>
  );
}

function Nothing({ found }: { readonly found: Search }) {
  const texts = t.value.inbox.search;
  if (!found.hasMore.value) return <p role="status">{texts.nothing}</p>;
  return (
    <>
      <p role="status">{texts.soFar}</p>
      <button type="button" onClick={() => void found.more()}>
        {texts.further}
      </button>
    </>
  );
}
