import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { makeRefresher } from "./refresh";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const PACE = () => ({ soonest: 4_000, latest: 15_000 });

test("what happens much is read once per pace", async () => {
  const read = vi.fn(async () => {});
  const refresher = makeRefresher(read, PACE);
  for (let n = 0; n < 50; n++) refresher.nudge();
  await vi.advanceTimersByTimeAsync(4_000);
  expect(read).toHaveBeenCalledTimes(1);
  refresher.stop();
});

test("where nothing happens it is read in the end all the same", async () => {
  const read = vi.fn(async () => {});
  const refresher = makeRefresher(read, PACE);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(read).toHaveBeenCalledTimes(2);
  refresher.stop();
});

test("nothing is read once it was stopped", async () => {
  const read = vi.fn(async () => {});
  const refresher = makeRefresher(read, PACE);
  refresher.nudge();
  refresher.stop();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(read).not.toHaveBeenCalled();
});

test("nothing is read while nobody looks", async () => {
  const read = vi.fn(async () => {});
  vi.spyOn(document, "visibilityState", "get").mockReturnValue("hidden");
  const refresher = makeRefresher(read, PACE);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(read).not.toHaveBeenCalled();
  refresher.stop();
  vi.restoreAllMocks();
});
