import { expect, test } from "vitest";
import type { Message } from "../../api/types";
import type { PastMessage } from "../../store/timelines";
import { firstUnread, keepSame, type Row, rows } from "./rows";

const SCENE = { conversationId: "c2", channel: "email", unreadId: null };
const said = (id: string, at: string, changed: Partial<Message> = {}) =>
  ({
    message_id: id,
    at: `2026-11-${at}:00Z`,
    author: "customer",
    direction: "inbound",
    kind: "message",
    agent_id: null,
    sender: null,
    ...changed,
  }) as Message;
const ours = { author: "agent", direction: "outbound", agent_id: "ann" } as const;
const past = (id: string, at: string) =>
  ({ ...said(id, at), conversation_id: "c1", channel: "sms", account: "acme-sms" }) as PastMessage;
const types = (found: readonly Row[]) => found.map((row) => (row.type === "message" ? row.key : row.type));

test("every day begins with its name", () => {
  expect(types(rows([], [said("a", "20T12:00"), said("b", "21T12:00")], SCENE))).toEqual(["day", "a", "day", "b"]);
});

test("messages of one author within five minutes stand together", () => {
  const found = rows([], [said("a", "20T12:00"), said("b", "20T12:04"), said("c", "20T12:30")], SCENE);
  expect(found.filter((row) => row.type === "message").map((row) => row.isFollowing)).toEqual([false, true, false]);
});

test("an answer does not stand together with what it answers", () => {
  const found = rows([], [said("a", "20T12:00"), said("b", "20T12:01", ours)], SCENE);
  expect(found.at(-1)).toMatchObject({ isFollowing: false });
});

test("what was said elsewhere is put in by its time, with a divider for each conversation", () => {
  const found = rows([past("p", "20T12:00"), past("q", "20T14:00")], [said("a", "20T13:00")], SCENE);
  expect(types(found)).toEqual(["day", "conversation", "p", "conversation", "a", "conversation", "q"]);
});

test("one conversation by itself needs no divider", () => {
  expect(types(rows([], [said("a", "20T12:00")], SCENE))).toEqual(["day", "a"]);
});

test("what is new is marked where it begins", () => {
  const messages = [said("a", "20T12:00"), said("b", "20T12:01")];
  expect(types(rows([], messages, { ...SCENE, unreadId: "b" }))).toEqual(["day", "a", "unread", "b"]);
});

test("new is what came after the last answer", () => {
  const messages = [said("a", "20T12:00"), said("b", "20T12:01", ours), said("c", "20T12:02"), said("d", "20T12:03")];
  expect(firstUnread(messages, null, "ann")).toBe("c");
});

test("new is what came after one read last, if that was later", () => {
  const messages = [said("c", "20T12:02"), said("d", "20T12:03")];
  expect(firstUnread(messages, "2026-11-20T12:02:00Z", "ann")).toBe("d");
});

test("a colleague's note is new, one's own is not", () => {
  const note = { author: "agent", direction: "internal", kind: "note" } as const;
  expect(firstUnread([said("n", "20T12:00", { ...note, agent_id: "ben" })], null, "ann")).toBe("n");
  expect(firstUnread([said("n", "20T12:00", { ...note, agent_id: "ann" })], null, "ann")).toBeNull();
});

test("rows that are as before are the same objects, so that nothing is drawn anew", () => {
  const message = said("a", "20T12:00");
  const before = rows([], [message], SCENE);
  const now = keepSame(before, rows([], [message, said("b", "20T12:30")], SCENE));
  expect(now[1]).toBe(before[1]);
  expect(now).toHaveLength(3);
});
