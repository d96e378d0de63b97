/** The inbox: conversations at the side, one of them open beside; on a narrow screen one or the other. */
import "./inbox.css";
import { useEffect } from "preact/hooks";
import { desk } from "../desk";
import { t } from "../i18n";
import { MOST_WATCHED } from "../live/live";
import { me } from "../live/presence";
import { go, goTo } from "../router";
import type { ViewName } from "../store/list";
import { workspace } from "../store/workspace";
import { Boundary } from "../ui/boundary";
import { onKeys } from "../ui/keys";
import { lazy } from "../ui/lazy";
import { FilterBar } from "./filters";
import { ConversationList } from "./list";
import { addressesIn, addressOf, type Place, place } from "./place";
import { Found, SearchForm } from "./search";
import { Views } from "./views";

const ConversationPane = lazy(async () => ({ default: (await import("../conversation/pane")).ConversationPane }));

export function InboxPage() {
  const at = place.value;
  const { keys } = t.value.inbox;
  onKeys(
    {
      u: { label: keys.back, act: () => goTo(addressOf(at, { id: undefined })) },
      "/": { label: keys.search, act: search },
    },
    keys.group,
  );
  return (
    <div class={at.id ? "inbox is-open" : "inbox"}>
      <section class="inbox-list" aria-label={t.value.inbox.label}>
        <h1 class="visually-hidden">{`${t.value.inbox.label}: ${t.value.inbox.views[at.view]}`}</h1>
        <Views at={at} />
        {at.view === "search" && <SearchForm />}
        <FilterBar key={at.view} at={at} />
        {at.view === "search" ? <Found at={at} /> : <View at={at} view={at.view} />}
      </section>
      <div class="inbox-pane">
        <Boundary key={at.id}>{at.id ? <ConversationPane key={at.id} id={at.id} /> : <Nothing />}</Boundary>
      </div>
    </div>
  );
}

function search(): void {
  const field = document.querySelector<HTMLInputElement>("input[type=search]");
  if (field) field.focus();
  else go("inbox", "search");
}

function View({ at, view }: { readonly at: Place; readonly view: ViewName }) {
  const list = desk().inbox.list(view, at.filters);
  useEffect(() => {
    if (list.state.peek() === "empty") void list.load();
  }, [list]);
  useRereading(view, at);
  return (
    <ConversationList
      key={JSON.stringify([view, at.filters])}
      rows={list}
      label={t.value.inbox.views[view]}
      open={at.id}
      addressOf={addressesIn(at)}
      empty={<Empty at={at} />}
    />
  );
}

const REREAD_EVERY = 30_000;

/** A lead of very many queues can't hear of all of them: what isn't watched is read again and again. */
function useRereading(view: ViewName, at: Place): void {
  const queues = workspace.value?.queues.length ?? 0;
  const isBlind = view !== "mine" && queues > MOST_WATCHED && !at.filters.queue;
  const { filters } = at;
  useEffect(() => {
    if (!isBlind) return;
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void desk().inbox.list(view, filters).load();
    }, REREAD_EVERY);
    return () => clearInterval(timer);
  }, [isBlind, view, filters]);
}

function Empty({ at }: { readonly at: Place }) {
  const texts = t.value.inbox;
  if (Object.keys(at.filters).length)
    return (
      <>
        <p>{texts.empty.filtered}</p>
        <button type="button" onClick={() => goTo(addressOf(at, { filters: {} }))}>
          {texts.filter.clear}
        </button>
      </>
    );
  if (at.view === "queue")
    return (
      <>
        <p>{texts.empty.queue}</p>
        <p class="quiet-text">{texts.empty.queueHint}</p>
      </>
    );
  if (at.view === "all") return <p>{texts.empty.all}</p>;
  const isThere = me.value?.presence === "online";
  return (
    <>
      <p>{isThere ? texts.empty.mine : texts.empty.mineOffline}</p>
      {isThere && <p class="quiet-text">{texts.empty.mineOnline}</p>}
    </>
  );
}

function Nothing() {
  return (
    <div class="empty">
      <p>{t.value.inbox.none}</p>
      <p class="quiet-text hide-touch">{t.value.inbox.noneHint}</p>
    </div>
  );
}
