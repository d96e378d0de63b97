/** Boot: the stage's settings, then the sign-in, then the console. */
import { render } from "preact";
import { makeApi, Problem } from "./api/client";
import { App } from "./app";
import { sitAt } from "./desk";
import { preferred, speak, t } from "./i18n";
import { startClock } from "./i18n/time";
import { Live } from "./live/live";
import { me, Presence } from "./live/presence";
import { followLinks } from "./router";
import { Session } from "./session/session";
import { readSettings } from "./session/settings";
import { Inbox } from "./store/inbox";
import { startTheme } from "./ui/theme";

async function begin(): Promise<void> {
  startTheme();
  await speak(preferred());
  const settings = await readSettings();
  const session = new Session(settings);
  if (!(await session.begin())) return;
  const api = makeApi(settings.api, session);
  const presence = new Presence(api);
  await presence.start();
  const agentId = me.value?.agent_id ?? "";
  const inbox = new Inbox(api, agentId);
  const live = new Live(api, {
    changed: (changes) => void inbox.changed(changes),
    reset: () => void inbox.reset(),
  });
  sitAt({ api, session, live, presence, inbox, agentId });
  followLinks();
  startClock();
  live.start();
  show(<App />);
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
