import { expect, test } from "vitest";
import type { Queue } from "../api/types";
import { oldestOf, waitingIn } from "./lanes";

const QUEUE: Queue = {
  queue: "support",
  is_open: true,
  promised: 0,
  kept: 0,
  waiting: [
    { priority: "urgent", count: 2, is_more: false, oldest: "2026-11-23T11:00:00Z" },
    { priority: "normal", count: 100, is_more: true, oldest: "2026-11-23T09:00:00Z" },
    { priority: "low", count: 0, is_more: false, oldest: null },
  ],
};

test("what waits is counted of one priority, or of all", () => {
  expect(waitingIn(QUEUE, "urgent")).toEqual({ count: 2, isMore: false });
  expect(waitingIn(QUEUE)).toEqual({ count: 102, isMore: true });
});

test("the oldest is so over all priorities", () => {
  expect(oldestOf(QUEUE)).toBe("2026-11-23T09:00:00Z");
  expect(oldestOf({ ...QUEUE, waiting: [] })).toBeNull();
});
