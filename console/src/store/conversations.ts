/** All conversations that the page has seen: one signal each, so that a change redraws its row and nothing else. */
import { type Signal, signal } from "@preact/signals";
import type { Conversation } from "../api/types";

const known = new Map<string, Signal<Conversation>>();

/** The newest state of a conversation that one has seen. */
export function conversation(id: string): Signal<Conversation> | undefined {
  return known.get(id);
}

/** Remember what the API showed; what is older than what is known changes nothing. */
export function keep(shown: Conversation): Signal<Conversation> {
  const found = known.get(shown.conversation_id);
  if (!found) {
    const made = signal(shown);
    known.set(shown.conversation_id, made);
    return made;
  }
  if (isNewer(shown.etag, found.peek().etag)) found.value = shown;
  return found;
}

export function forget(id: string): void {
  known.delete(id);
}

/** Compare ETags, `"revision.outbound"`: of an equal one what comes later is shown, for what is not in them. */
export function isNewer(shown: string, before: string): boolean {
  const [revision, outbound] = numbers(shown);
  const [oldRevision, oldOutbound] = numbers(before);
  return revision !== oldRevision ? revision > oldRevision : outbound >= oldOutbound;
}

function numbers(etag: string): [number, number] {
  const [revision = "0", outbound = "0"] = etag.replaceAll('"', "").split(".");
  return [Number(revision), Number(outbound)];
}
