/** Tells the agent of new work and of customers who write: by a sound, on the page, or on the desktop. */
import type { Change } from "../api/types";
import { t } from "../i18n";
import { go, here } from "../router";
import { conversation } from "../store/conversations";
import { shownAddress } from "../ui/address";
import { tell } from "../ui/toast";
import { chime } from "./chime";
import { hasSound, notifications } from "./choices";
import { type Tidings, tidings } from "./news";
import type { Tabs } from "./tabs";

/** When this browser was last told something, so that a reload doesn't tell it again. */
const TOLD = "switchboard.told";

export class Notifier {
  private readonly since: number;

  constructor(
    private readonly agentId: string,
    private readonly tabs: Tabs,
    now: number,
  ) {
    this.since = Number(localStorage.getItem(TOLD)) || now;
  }

  /** Of these changes, whose conversations have been read anew. */
  async consider(changes: readonly Change[]): Promise<void> {
    const found = tidings(changes, this.agentId, this.since, (id) => conversation(id)?.peek());
    if (!found.length || !this.tabs.isFirst) return;
    const newest = Math.max(...changes.flatMap(({ events }) => Object.values(events).map((at) => Date.parse(at))));
    localStorage.setItem(TOLD, String(newest));
    const isLookedAt = await this.tabs.isLookedAt();
    const told = found.filter(({ kind }) => kind === "assigned" || !isLookedAt);
    if (told.length && hasSound.value) chime();
    for (const one of told) isLookedAt ? show(one) : notify(one);
  }
}

function words({ kind, conversation }: Tidings): string {
  return t.value.shell.notify[kind](shownAddress(conversation.channel, conversation.customer));
}

/** On the page, with a way to it; not if it is open already. */
function show(one: Tidings): void {
  const id = one.conversation.conversation_id;
  if (here.peek()[2] === id) return;
  tell(words(one), { label: t.value.shell.notify.open, act: () => go("inbox", "mine", id) });
}

function notify(one: Tidings): void {
  if (notifications.value !== "on") return;
  const { conversation_id: id, subject, queue } = one.conversation;
  const shown = new Notification(words(one), { body: subject ?? queue, tag: id });
  shown.onclick = () => {
    window.focus();
    go("inbox", "mine", id);
    shown.close();
  };
}
