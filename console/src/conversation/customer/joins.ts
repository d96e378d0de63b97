/** Two customers who were joined to one person, and parted again: the story and the panel follow. */
import type { Timeline } from "../../api/types";
import { desk } from "../../desk";
import { room } from "../room";
import { readCustomer } from "./known";

/** They are two people after all. */
export async function part(shown: Timeline, join_id: string): Promise<void> {
  const path = { customer_id: shown.customer_id, join_id };
  await desk().api("DELETE", "/customers/{customer_id}/joins/{join_id}", { path });
  showAnew(shown);
}

/** Who the customer of a conversation is has changed: read them, and all that they said, anew. */
export function showAnew({ customer_id, conversation_id }: Timeline): void {
  void readCustomer(customer_id);
  room().timelines.retell(conversation_id);
}
