/** All conversations that the page has seen: one signal each, so that a change redraws its row and nothing else. */
import { type Signal, signal } from "@preact/signals";
import type { Api } from "../api/client";
import type { Conversation, Listed, Timeline } from "../api/types";

const known = new Map<string, Signal<Listed>>();

/** The newest state of a conversation that one has seen. */
export function conversation(id: string): Signal<Listed> | undefined {
  return known.get(id);
}

/**
 * Remember what the API showed; what is older than what is known changes nothing. Of one with its messages these are
 * left out; what actions answer says neither what was said last and by whom nor whether it is read: this stays as it was.
 */
export function keep(shown: Conversation | Listed): Signal<Listed> {
  const found = known.get(shown.conversation_id);
  if (!found) {
    const made = signal(listed(shown, { unread: false, has_draft: false, last: null, called: null }));
    known.set(shown.conversation_id, made);
    return made;
  }
  if (isNewer(shown.etag, found.peek().etag)) {
    const now = listed(shown, found.peek());
    if (!isSame(now, found.peek())) found.value = now;
  }
  return found;
}

const answered = new Map<string, number>();
let readings = 0;

/**
 * Read a conversation with its messages. Null if a reading that was begun later has been answered meanwhile: how far
 * a message got, for one, does not change the ETag, so that nothing else tells which of the two is newer.
 */
export async function read(api: Api, id: string): Promise<Timeline | null> {
  const reading = ++readings;
  const shown = await api("GET", "/conversations/{conversation_id}", { path: { conversation_id: id } });
  if (reading < (answered.get(id) ?? 0)) return null;
  answered.set(id, reading);
  keep(shown);
  return shown;
}

export function forget(id: string): void {
  answered.delete(id);
  known.delete(id);
}

/** As on a page that has just been opened. */
export function forgetAll(): void {
  for (const id of [...known.keys(), ...answered.keys()]) forget(id);
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

/** What lists say of a conversation, and actions don't. */
type Beside = Pick<Listed, "unread" | "has_draft" | "last" | "called">;

function listed(shown: Conversation | Listed, before: Beside): Listed {
  const { unread, has_draft, last, called } = { ...before, ...(shown as Partial<Listed>) };
  const made: Record<string, unknown> = { ...shown, unread, has_draft, last, called };
  for (const whole of ["messages", "decision", "limits", "draft"]) delete made[whole];
  return made as unknown as Listed;
}

function isSame(one: Listed, other: Listed): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
