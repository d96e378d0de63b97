/** What concerns the person and this browser: language, colours, sounds, notifications, shortcuts, signing out. */
import { desk } from "../desk";
import { LOCALES, type Locale, locale, speak, t } from "../i18n";
import { me } from "../live/presence";
import { hasSound, notifications, setNotifications, setSound } from "../notify/choices";
import { workspace } from "../store/workspace";
import { PersonIcon } from "../ui/icons";
import { Popover } from "../ui/popover";
import { choose, THEMES, type Theme, theme } from "../ui/theme";
import { ask } from "./dialogs";

export function Account() {
  const texts = t.value.shell;
  const leave = () => {
    if (me.value && me.value.presence !== "offline") ask("leave");
    else desk().session.signOut();
  };
  return (
    <Popover class="quiet icon-button" label={texts.account.label} button={<PersonIcon />}>
      {(close) => (
        <>
          <p class="account-name">{workspace.value?.me.name}</p>
          <Appearance />
          <hr />
          <Sounds />
          <hr />
          <button
            type="button"
            class="choice"
            onClick={() => {
              close();
              ask("keys");
            }}
          >
            <span>{texts.keys.title}</span>
            <kbd>?</kbd>
          </button>
          <button
            type="button"
            class="choice"
            onClick={() => {
              close();
              leave();
            }}
          >
            {texts.nav.signOut}
          </button>
        </>
      )}
    </Popover>
  );
}

function Appearance() {
  const texts = t.value.shell;
  return (
    <>
      <label class="setting">
        <span>{texts.language}</span>
        <select
          value={locale.value}
          onChange={(event) => void speak(event.currentTarget.value as Locale, true).catch(() => undefined)}
        >
          {Object.entries(LOCALES).map(([name, words]) => (
            <option key={name} value={name} lang={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <label class="setting">
        <span>{texts.theme.label}</span>
        <select value={theme.value} onChange={(event) => choose(event.currentTarget.value as Theme)}>
          {THEMES.map((name) => (
            <option key={name} value={name}>
              {texts.theme[name]}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

function Sounds() {
  const texts = t.value.shell.account;
  const state = notifications.value;
  const cant = state === "blocked" || state === "unavailable";
  return (
    <>
      <label class="setting">
        <span>{texts.sound}</span>
        <input type="checkbox" checked={hasSound.value} onChange={(event) => setSound(event.currentTarget.checked)} />
      </label>
      <label class="setting">
        <span>{texts.notifications}</span>
        <input
          type="checkbox"
          checked={state === "on"}
          disabled={cant}
          onChange={(event) => void setNotifications(event.currentTarget.checked)}
        />
      </label>
      {cant && <p class="quiet-text">{texts[state]}</p>}
    </>
  );
}
