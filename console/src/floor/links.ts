/** Where in the inbox something of the floor is. */
import { href, withQuery } from "../router";

/** A conversation, in the list of all. */
export function toConversation(id: string): string {
  return href("inbox", "all", id);
}

/** What an agent has. */
export function conversationsOf(agentId: string): string {
  return withQuery(["inbox", "all"], { owner: agentId });
}
