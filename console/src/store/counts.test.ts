import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { answering } from "../testing/api";
import { assigned } from "../testing/conversations";
import { keep } from "./conversations";
import { Counts } from "./counts";
import { List } from "./list";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function counting() {
  const line = (count: number, is_more = false) => ({ priority: "normal", count, is_more, oldest: null });
  const { api, asked } = answering({
    "GET /queues": () => ({ items: [{ waiting: [line(2), line(100, true)] }, { waiting: [line(3)] }] }),
    "GET /conversations": () => ({
      items: [assigned("a", "ann", { unread: true }), assigned("b", "ann")],
      cursor: null,
    }),
  });
  const own = new List(api, "mine", {}, "ann");
  return { counts: new Counts(api, own), own, asked };
}

test("what waits is counted over all queues, and says if there is more", async () => {
  const { counts } = counting();
  await counts.refresh();
  expect(counts.waiting.value).toEqual({ count: 105, isMore: true });
});

test("many moves are counted once", async () => {
  const { counts, asked } = counting();
  for (let n = 0; n < 10; n++) counts.refreshSoon();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked.length).toBe(1);
});

test("what is read is unread no more", async () => {
  const { counts, own } = counting();
  await own.load();
  expect([counts.mine.value, counts.unread.value]).toEqual([2, 1]);
  keep(assigned("a", "ann", { unread: false }));
  expect(counts.unread.value).toBe(0);
});
