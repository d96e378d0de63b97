import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { clock, now, relative, setClock } from "./time";

const NOON = Date.parse("2026-11-23T12:00:00Z");

beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  setClock(new Date(NOON).toUTCString(), NOON);
});
afterEach(() => vi.useRealTimers());

test("a computer that is ten minutes slow shows the API's time", () => {
  setClock(new Date(NOON + 600_000).toUTCString(), NOON);
  expect(Math.round((now.value - NOON) / 60_000)).toBe(10);
});

test("a second or two is no difference", () => {
  setClock(new Date(NOON + 2_000).toUTCString(), NOON);
  expect(now.value - NOON).toBeLessThan(1_000);
});

test("an answer that was long under way says nothing about the time", () => {
  setClock(new Date(NOON + 600_000).toUTCString(), NOON - 10_000);
  expect(now.value - NOON).toBeLessThan(1_000);
});

test("ages are whole units, never rounded up", () => {
  expect(relative(new Date(NOON - 119_000).toISOString(), NOON)).toBe("1 min. ago");
});

test("today has no date", () => {
  const at = new Date(NOON);
  expect(clock(at.toISOString(), NOON)).not.toMatch(/Mon|Nov/);
});
