/** What else one can do with a conversation: what its state and one's role allow. */
import type { Timeline } from "../../api/types";
import { desk } from "../../desk";
import { t } from "../../i18n";
import { isLead } from "../../store/workspace";
import type { MenuItem } from "../../ui/menu";
import { hold, lift, markUnread, reopen, takeOver } from "./do";
import { openDialog } from "./open";

export function menuOf(shown: Timeline): MenuItem[] {
  const texts = t.value.conversation.actions;
  const isOpen = shown.status !== "resolved";
  const isMine = shown.owner === desk().agentId;
  const items: (MenuItem | false)[] = [
    isOpen && isLead.value && !isMine && { label: texts.take, act: () => void takeOver(shown) },
    !isOpen && { label: texts.reopen, act: () => void reopen(shown) },
    isOpen && isLead.value && { label: texts.assign, key: "a", act: () => openDialog("assign") },
    isOpen && { label: texts.place, key: "p", act: () => openDialog("place") },
    { label: texts.unread, key: "U", act: () => void markUnread(shown) },
    shown.channel === "email" && isOpen && { label: texts.forward, key: "f", act: () => openDialog("forward") },
    { label: texts.start, act: () => openDialog("start") },
    isOpen && isMine && { label: texts.invite, act: () => openDialog("invite"), isApart: true },
    { label: texts.merge, act: () => openDialog("merge"), isApart: !(isOpen && isMine) },
    shown.mark === "spam"
      ? { label: texts.notSpam, act: () => void lift(shown, "spam"), isApart: true }
      : { label: texts.spam, act: () => void hold(shown, "spam"), isApart: true },
    shown.mark === "blocked"
      ? isLead.value && { label: texts.unblock, act: () => void lift(shown, "block") }
      : { label: texts.block, act: () => openDialog("block") },
    isLead.value && { label: texts.erase, act: () => openDialog("erase") },
  ];
  return items.filter((item) => item !== false);
}
