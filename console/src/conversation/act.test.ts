import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Api } from "../api/client";
import { Problem } from "../api/client";
import type { Conversation, Timeline } from "../api/types";
import { type Desk, sitAt } from "../desk";
import { colleagues } from "../store/workspace";
import * as toast from "../ui/toast";
import { act, changes } from "./act";
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
  [{}, "somebody changed it"],
])("a change to %j is told as: %s", (changed, told) => {
  expect(changes(SHOWN, { ...SHOWN, ...changed } as Timeline)).toEqual([told]);
});

test("several changes are all told", () => {
  expect(changes(SHOWN, { ...SHOWN, owner: "ben", queue: "returns" })).toEqual([
    "Ben Ortiz has it now",
    "it is in returns now",
  ]);
});
