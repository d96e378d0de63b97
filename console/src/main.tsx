/** Boot: the stage's settings, then the sign-in, then the console. */
import { effect } from "@preact/signals";
import { render } from "preact";
import { type Api, makeApi, Problem } from "./api/client";
import { App } from "./app";
import { hearLookers } from "./conversation/lookers";
import { room } from "./conversation/room";
import { sitAt } from "./desk";
import { Starting } from "./frame/starting";
import { preferred, speak, t } from "./i18n";
import { now, setClock, startClock } from "./i18n/time";
import { Live } from "./live/live";
import { me, Presence } from "./live/presence";
import { startChime } from "./notify/chime";
import { Notifier } from "./notify/notifier";
import { Tabs } from "./notify/tabs";
import { startTitle } from "./notify/title";
import { here, query, startRouter } from "./router";
import { Session } from "./session/session";
import { readSettings } from "./session/settings";
import { Counts } from "./store/counts";
import { Inbox } from "./store/inbox";
import { readColleagues, readWorkspace, workspace } from "./store/workspace";
import { startKeys } from "./ui/keys";
import { startTheme } from "./ui/theme";

async function begin(): Promise<void> {
  startTheme();
  const [settings] = await Promise.all([readSettings(), speak(preferred())]);
  const session = new Session(settings);
  if (!(await session.begin())) return;
  startRouter();
  show(<Starting />);
  const api = makeApi(settings.api, session, setClock);
  const presence = new Presence(api);
  const [{ me: caller }] = await Promise.all([readWorkspace(api), presence.start()]);
  open(api, session, presence, caller.agent_id);
  show(<App />);
}

/** Put the desk together: who hears of what. */
function open(api: Api, session: Session, presence: Presence, agentId: string): void {
  const inbox = new Inbox(api, agentId, () => {
    const [place, , id] = here.peek();
    return place === "inbox" ? id : undefined;
  });
  const own = inbox.list("mine");
  const counts = new Counts(api, own);
  const tabs = new Tabs();
  const notifier = new Notifier(agentId, tabs, now.value);
  const reset = () => {
    void inbox.reset();
    void counts.refresh();
  };
  const live = new Live(api, {
    changed: (changes) => {
      void inbox.changed(changes).then(() => notifier.consider(changes));
      if (changes.some(({ queue }) => queue === null)) presence.refreshSoon();
      counts.refreshSoon();
    },
    reset,
    recovered: () => void inbox.recover(),
    forbidden: () => void readWorkspace(api).catch(() => undefined),
    said: hearLookers,
  });
  sitAt({ api, session, live, presence, inbox, counts, agentId });
  room(); // what was written and not sent goes now
  void own.all();
  void counts.refresh();
  void readColleagues(api).catch(() => undefined); // until then they have their ids
  // The queue that one looks at is watched before others, of which a lead may have many.
  effect(() => {
    const queues = (workspace.value?.queues ?? []).map(({ queue }) => queue);
    const [place, named] = here.value;
    const shown = query.value.get("queue") ?? (place === "floor" ? named : undefined);
    live.watch(shown && queues.includes(shown) ? [shown, ...queues.filter((other) => other !== shown)] : queues);
  });
  // A lead gave the agent other queues: what can be seen is another.
  effect(() => {
    const queues = me.value?.queues.join();
    if (queues === undefined || queues === workspace.peek()?.me.queues.join()) return;
    void readWorkspace(api).then(reset, () => undefined);
    void readColleagues(api).catch(() => undefined);
  });
  startClock();
  startKeys();
  startTitle(counts.unread);
  startChime();
  tabs.start();
  live.start();
}

function show(content: preact.ComponentChild): void {
  const root = document.getElementById("console");
  if (root) render(content, root);
}

begin().catch((error: unknown) => {
  const isStranger = error instanceof Problem && error.status === 404;
  const why = isStranger ? t.value.shell.notInTeam : t.value.shell.cantStart(String(error));
  show(
    <main class="alone">
      <p role="alert">{why}</p>
      <button type="button" class="primary" onClick={() => location.assign(import.meta.env.BASE_URL)}>
        {t.value.shell.retry}
      </button>
    </main>,
  );
});
