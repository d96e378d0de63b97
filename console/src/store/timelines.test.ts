import { beforeEach, expect, test, vi } from "vitest";
import { type Api, Offline, Problem } from "../api/client";
import type { Conversation, Message, Timeline } from "../api/types";
import type { Watcher } from "./inbox";
import { Timelines } from "./timelines";

const said = (id: string) =>
  ({ message_id: id, text: id, at: "2026-11-20T12:00:00Z", direction: "inbound" }) as Message;
const shown = (revision: number, ...ids: string[]) =>
  ({
    conversation_id: "c1",
    customer_id: "k1",
    etag: `"${revision}.0"`,
    status: "assigned",
    unread: true,
    messages: ids.map(said),
  }) as unknown as Timeline;
const call = vi.fn();
let told: Watcher;
let timelines: Timelines;
const texts = () => timelines.of("c1").timeline.value?.messages.map(({ message_id }) => message_id);

beforeEach(() => {
  call.mockReset().mockResolvedValue(shown(1, "a"));
  const watch = (watcher: Watcher) => {
    told = watcher;
    return () => undefined;
  };
  timelines = new Timelines(call as unknown as Api, { watch });
});

test("a story is read once and is the same one each time", async () => {
  const story = timelines.of("c1");
  await story.read();
  expect(timelines.of("c1")).toBe(story);
  expect(texts()).toEqual(["a"]);
});

test("what happens is shown as it comes, and what did not change are the same objects", async () => {
  await timelines.of("c1").read();
  const before = timelines.of("c1").timeline.value?.messages[0];
  told("c1", shown(2, "a", "b"), ["message.received"]);
  expect(texts()).toEqual(["a", "b"]);
  expect(timelines.of("c1").timeline.value?.messages[0]).toBe(before);
});

test("what comes late and is older changes nothing", async () => {
  call.mockResolvedValue(shown(3, "a", "b"));
  await timelines.of("c1").read();
  told("c1", shown(2, "a"), []);
  expect(texts()).toEqual(["a", "b"]);
});

test("an action's answer, which has no messages, keeps those that are known", async () => {
  await timelines.of("c1").read();
  const { messages: _, ...answer } = { ...shown(2), status: "resolved" };
  told("c1", answer as Conversation, []);
  expect(timelines.of("c1").timeline.value).toMatchObject({ status: "resolved", messages: [{ message_id: "a" }] });
});

test("a message that was just written is there at once, and once", async () => {
  await timelines.of("c1").read();
  timelines.of("c1").add(said("b"));
  timelines.of("c1").add(said("b"));
  expect(texts()).toEqual(["a", "b"]);
});

test("what one can't see any more is gone", async () => {
  call.mockRejectedValue(new Problem(404, "there is no such conversation"));
  await timelines.of("c1").read();
  expect(timelines.of("c1").state.value).toBe("gone");
});

test("what is known stays shown without a network", async () => {
  await timelines.of("c1").read();
  call.mockRejectedValue(new Offline());
  await timelines.of("c1").read();
  expect(timelines.of("c1").state.value).toBe("ready");
});

test("without anything known a failure is told", async () => {
  call.mockRejectedValue(new Offline());
  await timelines.of("c1").read();
  expect(timelines.of("c1").state.value).toBe("failed");
});

test("reading back goes on until something was said elsewhere, the oldest first", async () => {
  await timelines.of("c1").read();
  const here = { ...said("a"), conversation_id: "c1" };
  const there = (id: string) => ({ ...said(id), conversation_id: "c0" });
  call
    .mockResolvedValueOnce({ items: [here], withheld: 1, cursor: "2" })
    .mockResolvedValueOnce({ items: [there("y"), there("x")], withheld: 0, cursor: null });
  await timelines.of("c1").readPast();
  const story = timelines.of("c1");
  expect(story.past.value.map(({ message_id }) => message_id)).toEqual(["x", "y"]);
  expect([story.pastState.value, story.withheld.value]).toEqual(["end", 1]);
});

test("what was read is unread no more", async () => {
  await timelines.of("c1").read();
  call.mockResolvedValue({ unread: false });
  expect(await timelines.of("c1").markRead()).toMatchObject({ unread: false });
});

test("making it unread asks for everything from the customer's newest message on", async () => {
  await timelines.of("c1").read();
  call.mockResolvedValue({ unread: true });
  await timelines.of("c1").markUnread();
  expect(call.mock.calls.at(-1)?.[2]).toMatchObject({ body: { until: "2026-11-20T11:59:59.999Z" } });
});

test("whoever was joined or parted has another past, whatever is still on its way", async () => {
  await timelines.of("c1").read();
  const page = (id: string) => ({ items: [{ ...said(id), conversation_id: "c0" }], withheld: 1, cursor: null });
  let late: (answer: unknown) => void = () => undefined;
  call.mockReturnValueOnce(new Promise((resolve) => (late = resolve))).mockResolvedValueOnce(page("after"));
  const before = timelines.of("c1").readPast();
  timelines.retell("c1");
  late(page("before"));
  await before;
  const story = timelines.of("c1");
  await vi.waitFor(() => expect(story.pastState.value).toBe("end"));
  expect(story.past.value.map(({ message_id }) => message_id)).toEqual(["after"]);
  expect(story.withheld.value).toBe(1);
});
