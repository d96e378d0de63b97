/** What among changes an agent has to be told of, though they look at something else. Pure. */
import type { Change, Conversation } from "../api/types";

export interface Tidings {
  readonly kind: "assigned" | "wrote";
  readonly conversation: Conversation;
}

/**
 * A conversation became mine, and not by my own doing; or a customer wrote in one of mine. Only what happened after
 * `since`, in milliseconds: a page that is loaded anew is told the last minute again.
 */
export function tidings(
  changes: readonly Change[],
  agentId: string,
  since: number,
  known: (id: string) => Conversation | undefined,
): Tidings[] {
  return changes.flatMap(({ conversation_id, events, queue }): Tidings[] => {
    const conversation = queue === null ? known(conversation_id) : undefined;
    if (!conversation || conversation.owner !== agentId) return [];
    const isNews = (kind: string) => Date.parse(events[kind] ?? "") > since;
    if (isNews("conversation.assigned") && conversation.assigned_by !== agentId) {
      return [{ kind: "assigned", conversation }];
    }
    return isNews("conversation.message_added") && conversation.awaiting_since ? [{ kind: "wrote", conversation }] : [];
  });
}
