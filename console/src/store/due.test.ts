import { expect, test } from "vitest";
import { assigned, waiting } from "../testing/conversations";
import { dueOf, minutes, pressure, urgency } from "./due";

const NOON = Date.parse("2026-11-23T12:00:00Z");
const at = (minute: number) => new Date(NOON + minute * 60_000).toISOString();

test("the lease counts where it ends before the promise", () => {
  const shown = assigned("a", "ann", { lease_until: at(3), promised_at: at(9), promise: "pending" });
  expect(dueOf(shown)).toEqual({ at: NOON + 180_000, by: "lease" });
});

test("a kept promise is due no more", () => {
  expect(dueOf(waiting("a", { promised_at: at(9), promise: "kept" }))).toBeNull();
});

test("a broken promise is still owed", () => {
  expect(dueOf(waiting("a", { promised_at: at(-9), promise: "broken" }))?.by).toBe("promise");
});

test("nothing is due where the customer has an answer", () => {
  const shown = assigned("a", "ann", { awaiting_since: null, promised_at: at(9), promise: "pending" });
  expect(dueOf(shown)).toBeNull();
});

test.each([
  [-1, "late"],
  [0, "late"],
  [4, "soon"],
  [30, "fine"],
])("%s minutes from now is %s", (minute, tone) => {
  expect(pressure({ at: NOON + minute * 60_000, by: "promise" }, NOON)).toBe(tone);
});

test("minutes are never rounded up to what isn't reached", () => {
  expect([minutes(NOON, NOON + 119_000), minutes(NOON, NOON - 119_000)]).toEqual([1, 1]);
});

test("what sleeps comes last", () => {
  const sleeping = assigned("a", "ann", { status: "snoozed", awaiting_since: null, snoozed_until: at(1) });
  const answered = assigned("b", "ann", { status: "idle", awaiting_since: null });
  expect(urgency(sleeping)[0]).toBeGreaterThan(urgency(answered)[0]);
});
