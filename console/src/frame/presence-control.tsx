/** Whether one is there, how much room one has, and when one's shift ends. */
import { t } from "../i18n";
import { clock } from "../i18n/time";
import { me } from "../live/presence";
import { Popover } from "../ui/popover";
import { ask } from "./dialogs";
import { setPresence } from "./set-presence";

const CHOICES = ["online", "away", "offline"] as const;

export function PresenceControl() {
  const texts = t.value.shell;
  const agent = me.value;
  if (!agent) return null;
  const state = texts.presence[agent.presence];
  const room = texts.room(Math.max(0, agent.free), agent.units);
  const words = agent.presence === "offline" ? state : `${state} ${room}`;
  const ends = agent.shift_until ? texts.shift.ends(clock(agent.shift_until)) : null;
  return (
    <Popover
      class="quiet presence"
      label={[texts.presence.label, words, ends].filter(Boolean).join(", ")}
      button={
        <>
          <span class={`presence-dot ${agent.presence}`} aria-hidden="true" />
          <span class="presence-words">
            {state} <small>{agent.presence === "offline" ? "" : room}</small>
          </span>
        </>
      }
    >
      {(close) => (
        <>
          {CHOICES.map((choice) => (
            <button
              key={choice}
              type="button"
              class="choice"
              aria-pressed={agent.presence === choice}
              onClick={() => {
                close();
                void setPresence(choice);
              }}
            >
              <span class={`presence-dot ${choice}`} aria-hidden="true" />
              <span>
                {texts.presence[choice]}
                <small>{texts.presenceHelp[choice]}</small>
              </span>
            </button>
          ))}
          {agent.presence !== "offline" && (
            <p class="quiet-text">{texts.roomHelp(Math.max(0, agent.free), agent.units)}</p>
          )}
          <hr />
          <button
            type="button"
            class="choice"
            onClick={() => {
              close();
              ask("shift");
            }}
          >
            <span>
              {texts.shift.set}
              {ends && <small>{ends}</small>}
            </span>
          </button>
        </>
      )}
    </Popover>
  );
}
