/** What agents do with a conversation, each in one call: what to say afterwards, and what undoes it. */
import type { Conversation, Timeline } from "../../api/types";
import { desk } from "../../desk";
import { t } from "../../i18n";
import { clock } from "../../i18n/time";
import { isLead, nameOf, workspace } from "../../store/workspace";
import { tellError } from "../../ui/toast";
import { act, perform, sendHeld, take } from "../act";
import { room } from "../room";

type Shown = Conversation | Timeline;
type Priority = "urgent" | "high" | "normal" | "low";

const pathOf = ({ conversation_id }: Shown) => ({ path: { conversation_id } });

/** Do what takes a conversation out of one's hands: an answer that can still be undone goes first. */
const letGo: typeof act = async (id, call, doing) => (await sendHeld(id)) && act(id, call, doing);

/** Whether it is one's own to decide on; a lead's are all. The API has the last word. */
export function canDecide({ owner }: Shown): boolean {
  return isLead.value || owner === desk().agentId;
}

/** Whether the customer is still waiting for an answer, so that resolving has to be meant. */
export function isOwed(shown: Shown): boolean {
  return shown.awaiting_since !== null;
}

export function resolve(shown: Shown, leave_unanswered = false): Promise<boolean> {
  const call = (ifMatch: string | undefined) =>
    desk().api("POST", "/conversations/{conversation_id}/resolve", {
      ...pathOf(shown),
      ifMatch,
      body: { leave_unanswered },
    });
  return letGo(shown.conversation_id, call, { done: t.value.conversation.done.resolved, undo: () => reopened(shown) });
}

export function reopen(shown: Shown): Promise<boolean> {
  const call = (ifMatch: string | undefined) => reopened(shown, ifMatch);
  return act(shown.conversation_id, call, { done: t.value.conversation.done.reopened });
}

function reopened(shown: Shown, ifMatch?: string): Promise<Conversation> {
  return desk().api("POST", "/conversations/{conversation_id}/reopen", { ...pathOf(shown), ifMatch });
}

export function takeOver(shown: Shown): Promise<boolean> {
  const call = (ifMatch: string | undefined) => taken(shown, ifMatch);
  return act(shown.conversation_id, call, { done: t.value.conversation.done.taken });
}

function taken(shown: Shown, ifMatch?: string): Promise<Conversation> {
  return desk().api("POST", "/conversations/{conversation_id}/take", { ...pathOf(shown), ifMatch });
}

export function assign(shown: Shown, agent_id: string): Promise<boolean> {
  const call = (ifMatch: string | undefined) =>
    desk().api("POST", "/conversations/{conversation_id}/assign", { ...pathOf(shown), ifMatch, body: { agent_id } });
  return letGo(shown.conversation_id, call, { done: t.value.conversation.done.assigned(nameOf(agent_id)) });
}

export function snooze(shown: Shown, until: Date): Promise<boolean> {
  const body = { until: until.toISOString() };
  const call = (ifMatch: string | undefined) =>
    desk().api("POST", "/conversations/{conversation_id}/snooze", { ...pathOf(shown), ifMatch, body });
  const done = t.value.conversation.done.snoozed(clock(body.until));
  return letGo(shown.conversation_id, call, { done, undo: () => taken(shown) });
}

export interface Target {
  readonly agent_id?: string;
  readonly queue?: string;
}

/** `key` is of one decision: trying again passes it on once. */
export function transfer(shown: Shown, target: Target, note: string, key: string): Promise<boolean> {
  const body = { ...target, note };
  const call = (ifMatch: string | undefined) =>
    desk().api("POST", "/conversations/{conversation_id}/transfer", { ...pathOf(shown), ifMatch, key, body });
  const to = target.agent_id ? nameOf(target.agent_id) : (target.queue ?? "");
  const goesTo = target.queue ?? shown.queue;
  const canTake = isLead.value || workspace.value?.me.queues.includes(goesTo) === true; // nobody takes from other queues
  const done = t.value.conversation.done.transferred(to);
  return letGo(shown.conversation_id, call, { done, ...(canTake ? { undo: () => taken(shown) } : {}) });
}

export function place(shown: Shown, queue: string, priority: string): Promise<boolean> {
  const put = (to: { queue: string; priority: string }, ifMatch?: string) => {
    const body = { queue: to.queue, priority: to.priority as Priority };
    return desk().api("PUT", "/conversations/{conversation_id}/place", { ...pathOf(shown), ifMatch, body });
  };
  const doing = { done: t.value.conversation.done.placed, undo: () => put(shown) };
  return act(shown.conversation_id, (ifMatch) => put({ queue, priority }, ifMatch), doing);
}

export function tag(shown: Shown, tags: readonly string[]): Promise<boolean> {
  const put = (all: readonly string[], ifMatch?: string) =>
    desk().api("PUT", "/conversations/{conversation_id}/tags", { ...pathOf(shown), ifMatch, body: { tags: all } });
  const doing = { done: t.value.conversation.done.tagged, undo: () => put(shown.tags) };
  return act(shown.conversation_id, (ifMatch) => put(tags, ifMatch), doing);
}

type Mark = "spam" | "block";

export function hold(shown: Shown, mark: Mark): Promise<boolean> {
  const texts = t.value.conversation.done;
  const path = `/conversations/{conversation_id}/${mark}` as const;
  const call = (ifMatch: string | undefined) => desk().api("PUT", path, { ...pathOf(shown), ifMatch });
  const undo = async () => {
    const lifted = await desk().api("DELETE", path, pathOf(shown));
    take(lifted);
    return shown.status === "resolved" ? lifted : reopened(shown); // marking ended it
  };
  const canUndo = mark === "spam" || isLead.value;
  const done = mark === "spam" ? texts.spam : texts.blocked;
  return act(shown.conversation_id, call, { done, ...(canUndo ? { undo } : {}) });
}

export function lift(shown: Shown, mark: Mark): Promise<boolean> {
  const texts = t.value.conversation.done;
  const call = () => desk().api("DELETE", `/conversations/{conversation_id}/${mark}` as const, pathOf(shown));
  return act(shown.conversation_id, call, { done: mark === "spam" ? texts.notSpam : texts.unblocked });
}

export async function markUnread(shown: Shown): Promise<void> {
  try {
    const read = await room().timelines.of(shown.conversation_id).markUnread();
    if (read) take(read);
  } catch (error) {
    tellError(error);
  }
}

export async function invite(shown: Shown, account: string, key: string): Promise<boolean> {
  const call = () =>
    desk().api("POST", "/conversations/{conversation_id}/invitations", { ...pathOf(shown), key, body: { account } });
  const message = await perform(call, () => ({ done: t.value.conversation.done.invited }));
  if (message) room().timelines.of(shown.conversation_id).add(message);
  return message !== null;
}

export async function forward(
  shown: Shown,
  body: { to: string[]; note: string; message_ids: string[] | null },
  key: string,
): Promise<boolean> {
  const call = () => desk().api("POST", "/conversations/{conversation_id}/forward", { ...pathOf(shown), key, body });
  const done = t.value.conversation.forward.done(body.to.join(", "));
  const message = await perform(call, () => ({ done }));
  if (message) room().timelines.of(shown.conversation_id).add(message);
  return message !== null;
}

export async function erase({ channel, customer }: Shown): Promise<boolean> {
  const call = () => desk().api("POST", "/erasures", { body: { channel, address: customer } });
  return (await perform(call, ({ code }) => ({ done: t.value.conversation.done.erasing(code) }))) !== null;
}
