import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Api, Offline, Problem } from "../api/client";
import { Drafts } from "./drafts";
import { HOLD, Outbox, type Written } from "./outbox";

const ANSWER: Written = {
  conversationId: "c1",
  mode: "answer",
  text: "Hello",
  mentions: [],
  files: [],
  cc: null,
  etag: '"3.1"',
};
const call = vi.fn();
const onSent = vi.fn();
const opened: { stop(): void }[] = [];
let drafts: Drafts;

function open(): Outbox {
  const made = new Outbox(call as unknown as Api, "ann", drafts, onSent);
  opened.push(made);
  return made;
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  sessionStorage.clear();
  call.mockReset().mockResolvedValue({ message_id: "m" });
  onSent.mockReset();
  drafts = new Drafts("ann");
  opened.push(drafts);
});
afterEach(() => {
  for (const made of opened.splice(0)) made.stop();
  vi.useRealTimers();
});

test("an answer goes after ten seconds, with its key and what its author had seen", async () => {
  const { key } = open().send(ANSWER);
  await vi.advanceTimersByTimeAsync(HOLD - 1);
  expect(call).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(call).toHaveBeenCalledWith(
    "POST",
    "/conversations/{conversation_id}/replies",
    expect.objectContaining({ key, ifMatch: '"3.1"', body: { text: "Hello" }, keepalive: false }),
  );
  expect(onSent).toHaveBeenCalledWith({ message_id: "m" }, "c1");
});

test("what was undone is a draft again, and never goes", async () => {
  const outbox = open();
  const { key } = outbox.send(ANSWER);
  expect(drafts.of("c1").value.answer).toBe("");
  expect(outbox.undo(key)).toBe(true);
  await vi.advanceTimersByTimeAsync(HOLD * 2);
  expect(call).not.toHaveBeenCalled();
  expect(drafts.of("c1").value.answer).toBe("Hello");
});

test("leaving the page sends at once, with a request that outlives it", async () => {
  open().send(ANSWER);
  dispatchEvent(new Event("pagehide"));
  await vi.advanceTimersByTimeAsync(0);
  expect(call).toHaveBeenCalledOnce();
  expect(call.mock.calls[0]?.[2]).toMatchObject({ keepalive: true });
});

test("after a reload it is sent again under the same key", async () => {
  const before = open();
  const { key } = before.send(ANSWER);
  before.stop();
  open();
  await vi.advanceTimersByTimeAsync(0);
  expect(call.mock.calls[0]?.[2]).toMatchObject({ key });
});

test("what another tab holds is left to it, until that tab is surely gone", async () => {
  const there = open();
  there.send(ANSWER);
  there.stop();
  sessionStorage.clear();
  const here = open();
  await vi.advanceTimersByTimeAsync(HOLD);
  expect(here.items.value).toEqual([]);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(call).toHaveBeenCalledOnce();
});

test("without a network it is kept as not sent, and goes under the same key when it is back", async () => {
  call.mockRejectedValue(new Offline());
  const outbox = open();
  const { key } = outbox.send(ANSWER);
  await vi.advanceTimersByTimeAsync(HOLD);
  expect(outbox.items.value[0]).toMatchObject({ state: "unsent", text: "Hello" });
  call.mockResolvedValue({ message_id: "m" });
  dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(0);
  expect(outbox.items.value).toEqual([]);
  expect(call.mock.calls.every(([, , asked]) => asked.key === key)).toBe(true);
});

test("it tries again by itself, too", async () => {
  call.mockRejectedValueOnce(new Problem(503, "busy"));
  const outbox = open();
  outbox.send(ANSWER);
  await vi.advanceTimersByTimeAsync(HOLD + 60_000);
  expect(outbox.items.value).toEqual([]);
});

test("a refusal is shown in the API's words and loses nothing", async () => {
  call.mockRejectedValue(new Problem(409, "the customer opted out"));
  const outbox = open();
  const { key } = outbox.send(ANSWER);
  await vi.advanceTimersByTimeAsync(HOLD);
  expect(outbox.items.value[0]).toMatchObject({ state: "refused", why: "the customer opted out" });
  outbox.undo(key);
  expect(drafts.of("c1").value.answer).toBe("Hello");
});

test("a colleague's answer stops it; it goes anyway without If-Match, if its author says so", async () => {
  call.mockRejectedValueOnce(new Problem(412, "a colleague has just answered"));
  const outbox = open();
  const { key } = outbox.send(ANSWER);
  await vi.advanceTimersByTimeAsync(HOLD);
  expect(outbox.items.value[0]).toMatchObject({ state: "overtaken" });
  outbox.anyway(key);
  await vi.advanceTimersByTimeAsync(0);
  expect(call.mock.calls[1]?.[2]).toMatchObject({ key, ifMatch: undefined });
  expect(outbox.items.value).toEqual([]);
});

test("a second answer sends the first at once, and follows it", async () => {
  let finish = (_: unknown): void => undefined;
  call.mockImplementationOnce(() => new Promise((resolve) => (finish = resolve)));
  const outbox = open();
  outbox.send(ANSWER);
  outbox.send({ ...ANSWER, text: "And this" });
  expect(call).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(HOLD);
  expect(call).toHaveBeenCalledOnce();
  finish({ message_id: "m1" });
  await vi.advanceTimersByTimeAsync(0);
  expect(call.mock.calls.map(([, , asked]) => asked.body.text)).toEqual(["Hello", "And this"]);
});

test("a note goes at once, with whom it mentions", async () => {
  open().send({ ...ANSWER, mode: "note", mentions: ["ben"] });
  await vi.advanceTimersByTimeAsync(0);
  expect(call).toHaveBeenCalledWith(
    "POST",
    "/conversations/{conversation_id}/notes",
    expect.objectContaining({ body: { text: "Hello", mentions: ["ben"] } }),
  );
});

test("files and copies go with the answer", async () => {
  const file = { uploadId: "u1", filename: "a.pdf", contentType: "application/pdf", size: 1 };
  open().send({ ...ANSWER, files: [file], cc: ["boss@acme.example"] });
  await vi.advanceTimersByTimeAsync(HOLD);
  expect(call.mock.calls[0]?.[2].body).toEqual({ text: "Hello", attachments: ["u1"], cc: ["boss@acme.example"] });
});
