/** What stands in a timeline one below the other: messages, and what divides them. Pure. */
import type { Message } from "../../api/types";
import type { PastMessage } from "../../store/timelines";

export type Shown = Message | PastMessage;

export type Row =
  | { readonly type: "day"; readonly key: string; readonly at: string }
  | { readonly type: "unread"; readonly key: string }
  | {
      readonly type: "conversation";
      readonly key: string;
      readonly conversationId: string;
      readonly channel: string;
    }
  | { readonly type: "message"; readonly key: string; readonly message: Shown; readonly isFollowing: boolean };

/** Where the story is of, and what is new in it to whoever reads. */
export interface Scene {
  readonly conversationId: string;
  readonly channel: string;
  /** The first message that one has not read. */
  readonly unreadId: string | null;
}

/** Messages of one author within so long of each other stand together. */
const TOGETHER = 5 * 60_000;

export function rows(past: readonly PastMessage[], messages: readonly Message[], scene: Scene): Row[] {
  const found: Row[] = [];
  let before: Shown | null = null;
  for (const message of merged(past, messages)) {
    const divided = dividers(before, message, scene, past.length > 0);
    found.push(...divided);
    const isFollowing = divided.length === 0 && before !== null && belongs(before, message);
    found.push({ type: "message", key: message.message_id, message, isFollowing });
    before = message;
  }
  return found;
}

/** The same objects for rows that are as before: what is the same is not drawn again. */
export function keepSame(before: readonly Row[], now: readonly Row[]): readonly Row[] {
  const known = new Map(before.map((row) => [row.key, row]));
  return now.map((row) => {
    const old = known.get(row.key);
    return old && isSame(old, row) ? old : row;
  });
}

function isSame(a: Row, b: Row): boolean {
  if (a.type === "message" && b.type === "message") return a.message === b.message && a.isFollowing === b.isFollowing;
  return a.type === b.type;
}

/** The message at which one begins to read what is new: the first of the customer's, or a note, that nobody here answered. */
export function firstUnread(messages: readonly Message[], readUntil: string | null, agentId: string): string | null {
  const isOwn = (message: Message) =>
    message.agent_id === agentId || (message.author === "agent" && message.kind === "message");
  const read = messages.findLastIndex((message) => isOwn(message) && message.direction !== "internal");
  const isNews = (message: Message) =>
    message.author !== "system" &&
    message.agent_id !== agentId &&
    (readUntil === null || Date.parse(message.at) > Date.parse(readUntil));
  return messages.slice(read + 1).find(isNews)?.message_id ?? null;
}

function* merged(past: readonly PastMessage[], messages: readonly Message[]): Generator<Shown> {
  let n = 0;
  for (const message of messages) {
    for (let next = past[n]; next && Date.parse(next.at) <= Date.parse(message.at); next = past[++n]) yield next;
    yield message;
  }
  yield* past.slice(n);
}

function dividers(before: Shown | null, message: Shown, scene: Scene, isLong: boolean): Row[] {
  const { message_id: id, at } = message;
  const [conversationId, channel] =
    "conversation_id" in message ? [message.conversation_id, message.channel] : here(scene);
  const last = before && ("conversation_id" in before ? before.conversation_id : scene.conversationId);
  const isOther = isLong && last !== conversationId;
  const isNewDay = !before || new Date(before.at).toDateString() !== new Date(at).toDateString();
  return [
    ...(isNewDay ? [{ type: "day", key: `day ${id}`, at } as const] : []),
    ...(isOther ? [{ type: "conversation", key: `conversation ${id}`, conversationId, channel } as const] : []),
    ...(id === scene.unreadId ? [{ type: "unread", key: "unread" } as const] : []),
  ];
}

function here(scene: Scene): [string, string] {
  return [scene.conversationId, scene.channel];
}

function belongs(before: Shown, message: Shown): boolean {
  return (
    before.author === message.author &&
    before.kind === message.kind &&
    before.agent_id === message.agent_id &&
    before.direction === message.direction &&
    before.sender?.address === message.sender?.address &&
    Date.parse(message.at) - Date.parse(before.at) < TOGETHER
  );
}
