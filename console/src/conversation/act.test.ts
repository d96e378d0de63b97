import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Api } from "../api/client";
import { Offline, Problem } from "../api/client";
import type { Conversation, Timeline } from "../api/types";
import { type Desk, sitAt } from "../desk";
import { colleagues } from "../store/workspace";
import * as toast from "../ui/toast";
import { act, changes, sendHeld } from "./act";
import { room } from "./room";

const SHOWN = {
  conversation_id: "c1",
  etag: '"3.1"',
  owner: "ann",
  status: "assigned",
  queue: "support",
  priority: "normal",
  heard_at: "2026-11-20T12:00:00Z",
  tags: [],
  messages: [],
} as unknown as Timeline;
const call = vi.fn();
const tell = vi.spyOn(toast, "tell");
const tellError = vi.spyOn(toast, "tellError");
const taken: Conversation[] = [];

beforeEach(async () => {
  vi.useFakeTimers();
  taken.length = 0;
  tell.mockClear();
  tellError.mockClear();
  call.mockReset().mockResolvedValue(SHOWN);
  colleagues.value = [{ agent_id: "ben", name: "Ben Ortiz", presence: "online", queues: [], skills: [] }];
  const inbox = { watch: () => () => undefined, take: (shown: Conversation) => taken.push(shown) };
  sitAt({ api: call as unknown as Api, inbox, agentId: "ann" } as unknown as Desk);
  await room().timelines.of("c1").read();
});
afterEach(() => {
  room().outbox.stop();
  room().drafts.stop();
  vi.useRealTimers();
});

test("what is done is done to what the agent saw, and is told", async () => {
  const doing = vi.fn().mockResolvedValue({ ...SHOWN, etag: '"4.1"' });
  expect(await act("c1", doing, { done: "Resolved" })).toBe(true);
  expect(doing).toHaveBeenCalledWith('"3.1"');
  expect(taken[0]?.etag).toBe('"4.1"');
  expect(tell.mock.calls[0]?.[0]).toBe("Resolved");
});

test("what can be undone offers it, and shows what that made of it", async () => {
  const undone = { ...SHOWN, etag: '"5.1"' };
  await act("c1", vi.fn().mockResolvedValue(SHOWN), { done: "Resolved", undo: async () => undone });
  tell.mock.calls[0]?.[1]?.act();
  await vi.advanceTimersByTimeAsync(0);
  expect(taken.at(-1)?.etag).toBe('"5.1"');
});

test("if it changed meanwhile, nothing is done, and what it is now is told in words", async () => {
  call.mockResolvedValue({ ...SHOWN, etag: '"4.1"', owner: "ben" });
  const refused = vi.fn().mockRejectedValue(new Problem(412, "changed"));
  expect(await act("c1", refused, { done: "Resolved" })).toBe(false);
  expect(tell.mock.calls[0]?.[0]).toContain("Ben Ortiz has it now");
});

test("after one's own answer it is done to what that made of it", async () => {
  call.mockResolvedValue({ ...SHOWN, etag: '"4.2"', awaiting_since: null });
  const doing = vi.fn().mockRejectedValueOnce(new Problem(412, "changed")).mockResolvedValue(SHOWN);
  expect(await act("c1", doing, { done: "Resolved" })).toBe(true);
  expect(doing.mock.calls).toEqual([['"3.1"'], ['"4.2"']]);
});

test("what changes all the time is not tried for ever", async () => {
  const refused = vi.fn().mockRejectedValue(new Problem(412, "changed"));
  expect(await act("c1", refused, { done: "Resolved" })).toBe(false);
  expect(refused).toHaveBeenCalledTimes(4);
  expect(tell.mock.calls[0]?.[0]).toContain("somebody changed it");
});

const ANSWER = {
  conversationId: "c1",
  mode: "answer",
  text: "Hello",
  mentions: [],
  files: [],
  cc: null,
  etag: null,
} as const;

test("whoever lets go of a conversation has what they wrote go first", async () => {
  room().outbox.send(ANSWER);
  call.mockImplementation(async (method: string) => (method === "POST" ? { message_id: "reply.1.k" } : SHOWN));
  expect(await sendHeld("c1")).toBe(true);
  expect(call.mock.calls.map(([method]) => method)).toContain("POST");
});

test("what did not go keeps its conversation here, and says so", async () => {
  room().outbox.send(ANSWER);
  call.mockImplementation(async (method: string) => {
    if (method === "POST") throw new Offline();
    return SHOWN;
  });
  expect(await sendHeld("c1")).toBe(false);
  expect(tell.mock.calls[0]?.[0]).toContain("has not gone");
});

test("any other refusal is told in the API's words", async () => {
  const refused = vi.fn().mockRejectedValue(new Problem(409, "the agent is offline"));
  expect(await act("c1", refused, { done: "Assigned" })).toBe(false);
  expect(tellError.mock.calls[0]?.[0]).toMatchObject({ detail: "the agent is offline" });
});

test.each([
  [{ status: "resolved", owner: null }, "it was resolved"],
  [{ owner: null, status: "waiting" }, "nobody has it now"],
  [{ queue: "returns" }, "it is in returns now"],
  [{ priority: "urgent" }, "its priority is Urgent now"],
  [{ heard_at: "2026-11-20T12:05:00Z" }, "the customer wrote again"],
  [{ tags: ["vip"] }, "its tags changed"],
  [{ messages: [{ message_id: "m", author: "agent", agent_id: "ben", kind: "message" }] }, "Ben Ortiz answered"],
  [{ messages: [{ message_id: "m", author: "agent", agent_id: "ben", kind: "note" }] }, "Ben Ortiz left a note"],
  [{ subject: "Another" }, "somebody changed it"],
])("a change to %j is told as: %s", (changed, told) => {
  expect(changes(SHOWN, { ...SHOWN, ...changed } as Timeline)).toEqual([told]);
});

test.each([
  { awaiting_since: null, messages: [{ message_id: "m", author: "agent", agent_id: "ann", kind: "message" }] },
  { owner: null, status: "idle", awaiting_since: null },
  { promised_at: "2026-11-20T14:00:00Z", renewed_at: "2026-11-20T12:10:00Z" },
  { messages: [{ message_id: "m", author: "system", agent_id: null, kind: "acknowledgement" }] },
])("what one's own answer changes, or time does, is no change to decide anew for: %j", (changed) => {
  expect(changes(SHOWN, { ...SHOWN, ...changed } as Timeline)).toEqual([]);
});

test("several changes are all told", () => {
  expect(changes(SHOWN, { ...SHOWN, owner: "ben", queue: "returns" })).toEqual([
    "Ben Ortiz has it now",
    "it is in returns now",
  ]);
});
