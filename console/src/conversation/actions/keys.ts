/** The keys of a conversation's actions. */
import { signal } from "@preact/signals";
import type { Timeline } from "../../api/types";
import { t } from "../../i18n";
import { isLead } from "../../store/workspace";
import { onKeys, type Shortcuts } from "../../ui/keys";
import { sendHeld } from "../act";
import { room } from "../room";
import { isOwed, markUnread, reopen, resolve, takeOver } from "./do";
import { openDialog } from "./open";

/** Counts how often somebody asked to edit the tags. */
export const editTags = signal(0);

/** Resolve; where the customer still waits, ask first. One's own answer may be newer than what is shown. */
export async function resolveOrAsk(shown: Timeline): Promise<void> {
  const story = room().timelines.of(shown.conversation_id);
  const newest = () => story.timeline.peek() ?? shown;
  if (!(await sendHeld(shown.conversation_id))) return;
  if (isOwed(newest())) await story.read();
  if (isOwed(newest())) openDialog("resolve");
  else await resolve(newest());
}

export function useActionKeys(shown: Timeline): void {
  const texts = t.value.conversation.actions;
  const isOpen = shown.status !== "resolved";
  const ofOpen: Shortcuts = {
    e: { label: texts.resolve, act: () => void resolveOrAsk(shown) },
    z: { label: texts.snooze, act: () => openDialog("snooze") },
    t: { label: texts.transfer, act: () => openDialog("transfer") },
    a: { label: texts.assign, act: () => (isLead.value ? openDialog("assign") : void takeOver(shown)) },
    p: { label: texts.place, act: () => openDialog("place") },
    ...(shown.channel === "email" ? { f: { label: texts.forward, act: () => openDialog("forward") } } : {}),
  };
  onKeys(
    {
      ...(isOpen ? ofOpen : { e: { label: texts.reopen, act: () => void reopen(shown) } }),
      l: {
        label: texts.tag,
        act: () => {
          editTags.value++;
        },
      },
      U: { label: texts.unread, act: () => void markUnread(shown) },
    },
    t.value.conversation.keys,
  );
}
