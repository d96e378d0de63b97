/** One conversation with everything an agent does in it: its head, the story, where one writes, and panels beside. */
import "./conversation.css";
import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { Timeline as Shown } from "../api/types";
import { t } from "../i18n";
import { go, href } from "../router";
import type { Story } from "../store/timelines";
import { lazy } from "../ui/lazy";
import { tell } from "../ui/toast";
import { useActionKeys } from "./actions/keys";
import { closeDialog, opened } from "./actions/open";
import { Composer } from "./answer/composer";
import { useCustomer } from "./customer/panel";
import { Header, type PanelName } from "./header";
import { useLooking } from "./lookers";
import { room } from "./room";
import { SidePanel } from "./side";
import { Timeline } from "./timeline/timeline";

const Dialogs = lazy(() => import("./actions/dialogs"));

export function ConversationPane({ id }: { readonly id: string }) {
  const story = room().timelines.of(id);
  useEffect(() => {
    closeDialog();
    story.isKeptUnread = false;
    void story.read();
  }, [story]);
  const shown = story.timeline.value;
  const texts = t.value.conversation;
  if (story.state.value === "gone") {
    return (
      <div class="conversation-note">
        <p>{texts.gone}</p>
        <a href={href("inbox", "mine")}>{texts.toInbox}</a>
      </div>
    );
  }
  if (shown) return <Open key={id} story={story} shown={shown} />;
  const hasFailed = story.state.value === "failed";
  return (
    <div class="conversation-note" role={hasFailed ? "alert" : "status"}>
      <p>{hasFailed ? texts.timeline.failed : texts.timeline.loading}</p>
      {hasFailed && (
        <button type="button" onClick={() => void story.read()}>
          {t.value.shell.retry}
        </button>
      )}
    </div>
  );
}

/** The panel that one had open stays open from one conversation to the next. */
const chosen = signal<PanelName | null>(matchMedia("(min-width: 1200px)").matches ? "customer" : null);

function Open({ story, shown }: { readonly story: Story; readonly shown: Shown }) {
  const readAt = useReadAt(shown);
  useCustomer(shown);
  useActionKeys(shown);
  useLooking(story.id);
  useEffect(() => () => offerUndo(story.id), [story.id]);
  const panel = chosen.value;
  const choose = (name: PanelName | null) => {
    chosen.value = name;
  };
  return (
    <article class={`conversation ${panel ? "with-panel" : ""}`} aria-label={t.value.conversation.label}>
      <Header shown={shown} panel={panel} onPanel={choose} />
      <div class="conversation-main">
        <Timeline story={story} shown={shown} />
        <Composer shown={shown} readAt={readAt} />
      </div>
      {panel && <SidePanel name={panel} shown={shown} onClose={() => choose(null)} />}
      {opened.value && <Dialogs shown={shown} />}
    </article>
  );
}

/** Whoever goes on to the next one can still take back what they have just sent. */
function offerUndo(id: string): void {
  const { outbox } = room();
  const held = outbox.of(id).findLast(({ state }) => state === "held");
  if (!held) return;
  const seconds = Math.max(1, (held.dueAt - Date.now()) / 1000);
  const undo = () => {
    close();
    if (outbox.undo(held.key)) go("inbox", "mine", id);
  };
  const close = tell(t.value.conversation.answer.aboutToGo, { label: t.value.shell.undo, act: undo }, seconds);
}

/** When what is shown was read: what the API counts from then on goes on from there. */
function useReadAt({ limits }: Shown): number {
  const [read, setRead] = useState({ limits, at: Date.now() });
  if (read.limits === limits) return read.at;
  const at = Date.now();
  setRead({ limits, at });
  return at;
}
