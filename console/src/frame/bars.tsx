/** What stands between the agent and being up to date, or being given work; each with what can be done about it. */
import type { ComponentChildren } from "preact";
import { desk } from "../desk";
import { t } from "../i18n";
import { clock, now } from "../i18n/time";
import { isCut, isOffline } from "../live/live";
import { lapse, me } from "../live/presence";
import { here } from "../router";
import { isSignedOut } from "../session/session";
import { isLead, workspace } from "../store/workspace";
import { setPresence } from "./set-presence";

export function Bars() {
  return (
    <div class="bars" role="status">
      <ConnectionBar />
      <PresenceBar />
    </div>
  );
}

interface BarProps {
  readonly tone: "high" | "urgent" | "accent";
  readonly children: ComponentChildren;
}

function Bar({ tone, children }: BarProps) {
  return <div class={`bar ${tone}`}>{children}</div>;
}

function ConnectionBar() {
  const texts = t.value.shell;
  if (isSignedOut.value)
    return (
      <Bar tone="urgent">
        <span>{texts.signedOut}</span>
        <button type="button" onClick={() => void desk().session.leave()}>
          {texts.signIn}
        </button>
      </Bar>
    );
  if (isOffline.value)
    return (
      <Bar tone="high">
        <span>{texts.offline}</span>
        <button type="button" onClick={() => desk().live.retry()}>
          {texts.again}
        </button>
      </Bar>
    );
  return isCut.value ? <Bar tone="high">{texts.reconnecting}</Bar> : null;
}

function PresenceBar() {
  const texts = t.value.shell;
  if (!me.value || isSignedOut.value) return null;
  if (lapse.value)
    return (
      <Bar tone="urgent">
        <span>{texts.lapsed[lapse.value]}</span>
        <span class="bar-buttons">
          <button type="button" class="primary" onClick={() => void setPresence("online")}>
            {texts.comeBack}
          </button>
          <button type="button" onClick={() => desk().presence.accept()}>
            {texts.stayOffline}
          </button>
        </span>
      </Bar>
    );
  if (me.value.presence === "offline") return isLead.value ? <OfflineLead /> : <Newcomer text={texts.newcomer} />;
  return isLastCall() ? <Bar tone="high">{texts.shift.lastCall(clock(me.value.shift_until ?? ""))}</Bar> : null;
}

function Newcomer({ text }: { readonly text: string }) {
  return (
    <Bar tone="accent">
      <span>{text}</span>
      <button type="button" class="primary" onClick={() => void setPresence("online")}>
        {t.value.shell.goOnline}
      </button>
    </Bar>
  );
}

/** Leads may lead without being given conversations: they hear of it only where they would look for them. */
function OfflineLead() {
  return here.value[0] === "inbox" ? <Newcomer text={t.value.shell.offlineLead} /> : null;
}

function isLastCall(): boolean {
  const until = me.value?.shift_until;
  const lastCall = workspace.value?.times.last_call_seconds ?? 0;
  return until ? Date.parse(until) - lastCall * 1000 <= now.value : false;
}
