import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Api, Problem } from "../../api/client";
import type { Timeline } from "../../api/types";
import { type Desk, sitAt } from "../../desk";
import { Drafts } from "../../store/drafts";
import { keepOnServer } from "./keep";

const call = vi.fn();
let drafts: Drafts;
let counted = 0;
let stop = (): void => undefined;

/** Another conversation each time: what lies on the server is remembered by its id. */
const shown = (text = "", updated_at: string | null = null, etag = '"there"') =>
  ({
    conversation_id: `c${counted}`,
    draft: { kind: "message", text, subject: null, to: [], cc: null, attachments: [], updated_at, etag },
  }) as unknown as Timeline;
const begin = (timeline: Timeline) => {
  stop = keepOnServer(timeline, drafts);
  return timeline.conversation_id;
};

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  counted++;
  drafts = new Drafts("ann");
  call.mockReset().mockResolvedValue({ etag: '"kept"', updated_at: null });
  sitAt({ api: call as unknown as Api } as unknown as Desk);
});
afterEach(() => {
  stop();
  drafts.stop();
  vi.useRealTimers();
});

test("what was begun on another device is there", () => {
  const id = begin(shown("From the laptop", "2026-11-20T12:00:00Z"));
  expect(drafts.of(id).value).toMatchObject({ mode: "answer", answer: "From the laptop" });
});

test("what is typed is kept two seconds after the last letter, on what lay there", async () => {
  const id = begin(shown());
  drafts.change(id, { answer: "H" });
  await vi.advanceTimersByTimeAsync(1_900);
  drafts.change(id, { answer: "Hello" });
  await vi.advanceTimersByTimeAsync(1_900);
  expect(call).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(100);
  expect(call.mock.calls).toMatchObject([["PUT", expect.any(String), { ifMatch: '"there"', body: { text: "Hello" } }]]);
});

test("leaving the conversation keeps what was typed last at once", () => {
  const id = begin(shown());
  drafts.change(id, { answer: "Hello" });
  stop();
  expect(call).toHaveBeenCalledOnce();
});

test("a note is kept as a note", async () => {
  const id = begin(shown());
  drafts.change(id, { mode: "note", note: "Between us" });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(call.mock.calls[0]?.[2]).toMatchObject({ body: { kind: "note", text: "Between us" } });
});

test("what was written elsewhere meanwhile is not overwritten: both are there", async () => {
  const id = begin(shown());
  drafts.change(id, { answer: "Mine" });
  const later = new Date(Date.now() + 60_000).toISOString();
  call.mockRejectedValueOnce(new Problem(412, "changed")).mockResolvedValueOnce(shown("Theirs", later, '"other"'));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(drafts.of(id).value.answer).toBe("Theirs\n\nMine");
  expect(call.mock.calls[2]?.[2]).toMatchObject({ ifMatch: '"other"', body: { text: "Theirs\n\nMine" } });
});

test("without a network it stays in the browser, and goes with the next letter", async () => {
  const id = begin(shown());
  call.mockRejectedValueOnce(new Error("offline"));
  drafts.change(id, { answer: "Hello" });
  await vi.advanceTimersByTimeAsync(2_000);
  drafts.change(id, { answer: "Hello again" });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(call.mock.calls[1]?.[2]).toMatchObject({ body: { text: "Hello again" } });
});
