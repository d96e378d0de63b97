/** The frame: where one can go, how one is connected, and the place one is at. */
import "./style/shell.css";
import { useEffect } from "preact/hooks";
import { desk } from "./desk";
import { t } from "./i18n";
import { InboxPage } from "./inbox/page";
import { isLive } from "./live/live";
import { here, href, replace } from "./router";
import { isSignedOut } from "./session/session";
import { Toasts } from "./ui/toast";

export function App() {
  const [place] = here.value;
  useEffect(() => {
    if (!place) replace("inbox", "mine");
  }, [place]);
  return (
    <div class="shell">
      <a class="visually-hidden" href="#place">
        {t.value.shell.skip}
      </a>
      <Bars />
      <nav aria-label="Switchboard">
        <a href={href("inbox", "mine")} aria-current={place === "inbox" ? "page" : undefined}>
          {t.value.shell.nav.inbox}
        </a>
        <button type="button" class="quiet end" onClick={() => desk().session.signOut()}>
          {t.value.shell.nav.signOut}
        </button>
      </nav>
      <main id="place" tabIndex={-1}>
        {place === "inbox" && <InboxPage />}
      </main>
      <Toasts />
    </div>
  );
}

/** What stands between the agent and being up to date. */
function Bars() {
  const texts = t.value.shell;
  return (
    <div class="bars" role="status">
      {isSignedOut.value && (
        <div class="bar">
          {texts.signedOut}{" "}
          <button type="button" onClick={() => void desk().session.leave()}>
            {texts.signIn}
          </button>
        </div>
      )}
      {!isLive.value && !isSignedOut.value && <div class="bar">{texts.reconnecting}</div>}
    </div>
  );
}
