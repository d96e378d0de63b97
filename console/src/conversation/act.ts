/**
 * Doing something to a conversation: on the state that the agent saw, told in words, with what undoes it. Nothing is
 * shown before the API has answered.
 */
import { Problem } from "../api/client";
import type { Conversation, Timeline } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { nameOf } from "../store/workspace";
import { tell, tellError } from "../ui/toast";
import { room } from "./room";

interface Doing {
  /** What happened, in words. */
  readonly done: string;
  /** Takes it back. */
  undo?(): Promise<unknown>;
}

/** Do it; returns whether it worked. If the conversation changed meanwhile, say what it is now. */
export async function act(
  id: string,
  call: (etag: string | undefined) => Promise<Conversation>,
  doing: Doing,
): Promise<boolean> {
  const story = room().timelines.of(id);
  const before = story.timeline.peek();
  try {
    take(await call(before?.etag));
    told(doing);
    return true;
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 412) tellError(error);
    else {
      await story.read();
      tell(t.value.conversation.conflict.told(changes(before, story.timeline.peek()).join(", ")), undefined, 12);
    }
    return false;
  }
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

/** What became of a conversation, in words; something always did. */
export function changes(before: Timeline | null, now: Timeline | null): string[] {
  const texts = t.value.conversation.conflict;
  if (!before || !now) return [texts.gone];
  const isDone = now.status === "resolved" && before.status !== now.status;
  const found = [
    isDone
      ? texts.resolved
      : before.owner !== now.owner && (now.owner ? texts.owner(nameOf(now.owner)) : texts.unowned),
    !isDone && before.owner === now.owner && before.status !== now.status && texts.status(statusOf(now)),
    before.queue !== now.queue && texts.queue(now.queue),
    before.priority !== now.priority && texts.priority(t.value.shell.priority[now.priority] ?? now.priority),
    before.heard_at !== now.heard_at && texts.wrote,
    before.tags.join() !== now.tags.join() && texts.tags,
  ].filter((text) => typeof text === "string");
  return found.length ? found : [texts.else];
}

function statusOf({ status }: Conversation): string {
  return t.value.shell.status[status] ?? status;
}
