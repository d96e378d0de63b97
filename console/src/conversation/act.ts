/**
 * Doing something to a conversation: on the state that the agent saw, told in words, with what undoes it. Nothing is
 * shown before the API has answered.
 */
import type { Conversation, Timeline } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { decide, isOutdated } from "../store/decide";
import { nameOf } from "../store/workspace";
import { tell, tellError } from "../ui/toast";
import { room } from "./room";

interface Doing {
  /** What happened, in words. */
  readonly done: string;
  /** Takes it back. */
  undo?(): Promise<unknown>;
}

/**
 * Do it; returns whether it worked. If the conversation changed meanwhile, say what it is now. What one's own answer
 * changed, and what became of it since, is no reason to ask again.
 */
export async function act(
  id: string,
  call: (etag: string | undefined) => Promise<Conversation>,
  doing: Doing,
): Promise<boolean> {
  const story = room().timelines.of(id);
  const seen = story.timeline.peek();
  let found: string[] = [];
  const isStillRight = async () => {
    await story.read();
    found = changes(seen, story.timeline.peek());
    return found.length === 0;
  };
  try {
    take(await decide(() => call(story.timeline.peek()?.etag), isStillRight));
    told(doing);
    return true;
  } catch (error) {
    const texts = t.value.conversation.conflict;
    if (isOutdated(error)) tell(texts.told((found.length ? found : [texts.else]).join(", ")), undefined, 12);
    else tellError(error);
    return false;
  }
}

/**
 * Have an answer that can still be undone go now, for whoever passes its conversation on or puts it away; returns
 * whether all has gone, or says that it hasn't.
 */
export async function sendHeld(id: string): Promise<boolean> {
  const { outbox, timelines } = room();
  if (!outbox.of(id).length) return true;
  const isSent = await outbox.flush(id);
  if (isSent) await timelines.of(id).read();
  else tell(t.value.conversation.answer.stillHere, undefined, 12);
  return isSent;
}

/** The same for what no colleague can have changed. Returns what the API answered, or null. */
export async function perform<T>(call: () => Promise<T>, doing: (answer: T) => Doing): Promise<T | null> {
  try {
    const answer = await call();
    told(doing(answer));
    return answer;
  } catch (error) {
    tellError(error);
    return null;
  }
}

function told({ done, undo }: Doing): void {
  const close = tell(
    done,
    undo && {
      label: t.value.shell.undo,
      act: () => {
        close();
        undo().then((answer) => isConversation(answer) && take(answer), tellError);
      },
    },
    undo ? 10 : 6,
  );
}

/** What an action answered is what the conversation is now, everywhere. */
export function take(shown: Conversation): void {
  desk().inbox.take(shown);
}

function isConversation(answer: unknown): answer is Conversation {
  return typeof answer === "object" && answer !== null && "conversation_id" in answer && "etag" in answer;
}

/** What changed of a conversation that somebody would decide otherwise for, in words. */
export function changes(before: Timeline | null, now: Timeline | null): string[] {
  const texts = t.value.conversation.conflict;
  if (!before || !now) return [texts.gone];
  const isDone = now.status === "resolved" && before.status !== now.status;
  const isHanded = !isDone && !isResting(before, now) && before.owner !== now.owner;
  const isPlaced = !isDone && !isResting(before, now) && before.owner === now.owner && before.status !== now.status;
  const found = [
    isDone && texts.resolved,
    isHanded && (now.owner ? texts.owner(nameOf(now.owner)) : texts.unowned),
    isPlaced && texts.status(statusOf(now)),
    before.queue !== now.queue && texts.queue(now.queue),
    before.priority !== now.priority && texts.priority(t.value.shell.priority[now.priority] ?? now.priority),
    before.heard_at !== now.heard_at && texts.wrote,
    before.tags.join() !== now.tags.join() && texts.tags,
    ...said(before, now),
  ].filter((text) => typeof text === "string");
  return found.length || !isOtherwise(before, now) ? found : [texts.else];
}

/** Whether it was one's own and is answered: after a while it takes no place any more, which changes nothing for one. */
function isResting(before: Timeline, now: Timeline): boolean {
  return before.owner === desk().agentId && now.status === "idle";
}

/** What colleagues said since. */
function said(before: Timeline, now: Timeline): string[] {
  const texts = t.value.conversation.conflict;
  const known = new Set(before.messages.map(({ message_id }) => message_id));
  const fresh = now.messages.filter(
    ({ author, agent_id, message_id }) => author === "agent" && agent_id !== desk().agentId && !known.has(message_id),
  );
  return [
    ...new Set(fresh.map(({ kind, agent_id }) => texts[kind === "note" ? "noted" : "said"](nameOf(agent_id ?? "")))),
  ];
}

/** What is told in words above, what one's own answer changes, and what time does. */
const IMMATERIAL: ReadonlySet<string> = new Set([
  ...["owner", "status", "queue", "priority", "heard_at", "tags", "messages"],
  ...["awaiting_since", "lease_until", "promised_at", "renewed_at", "promise", "limits"],
  ...["etag", "decision", "draft", "has_draft", "unread", "last", "called"],
]);

/** Whether anything else is another. */
function isOtherwise(before: Timeline, now: Timeline): boolean {
  const [one, other] = [material(before), material(now)];
  return JSON.stringify(one) !== JSON.stringify(other);
}

function material(shown: Timeline): [string, unknown][] {
  return Object.entries(shown)
    .filter(([name]) => !IMMATERIAL.has(name))
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

function statusOf({ status }: Conversation): string {
  return t.value.shell.status[status] ?? status;
}
