import { expect, test } from "vitest";
import { asInput, choices, wrongWith } from "./until";

const FRIDAY = new Date(2026, 10, 20, 10, 15);
const names = (now: Date) => choices(now).map(({ choice }) => choice);
const until = (now: Date, wanted: string) => choices(now).find(({ choice }) => choice === wanted)?.until;

test("on a Friday morning there are all choices, in order of time", () => {
  expect(names(FRIDAY)).toEqual(["hour", "evening", "tomorrow", "monday", "week"]);
});

test("tomorrow and Monday begin at nine", () => {
  expect(until(FRIDAY, "tomorrow")).toEqual(new Date(2026, 10, 21, 9));
  expect(until(FRIDAY, "monday")).toEqual(new Date(2026, 10, 23, 9));
});

test("in the evening there is no this evening", () => {
  expect(names(new Date(2026, 10, 20, 17, 30))).not.toContain("evening");
});

test("on a Sunday tomorrow is Monday, which is offered once", () => {
  expect(names(new Date(2026, 10, 22, 10))).toEqual(["hour", "evening", "tomorrow", "week"]);
});

test("on a Monday the next one is in a week, and is offered once", () => {
  expect(names(new Date(2026, 10, 23, 10))).toEqual(["hour", "evening", "tomorrow", "monday"]);
});

test("a time of one's own is to come, within 90 days", () => {
  expect(wrongWith(FRIDAY, FRIDAY)).toBe("past");
  expect(wrongWith(new Date(Number.NaN), FRIDAY)).toBe("past");
  expect(wrongWith(new Date(2026, 11, 24), FRIDAY)).toBeNull();
  expect(wrongWith(new Date(2027, 5, 1), FRIDAY)).toBe("tooFar");
});

test("a date goes into its field by the local clock", () => {
  expect(asInput(new Date(2026, 0, 5, 7, 3))).toBe("2026-01-05T07:03");
});
