import { expect, test } from "vitest";
import { next, timeOf } from "./shift";

const AT_NOON = new Date(2026, 10, 23, 12, 0);

test("a time that is still to come is today's", () => {
  expect(next("17:30", AT_NOON)).toEqual(new Date(2026, 10, 23, 17, 30));
});

test("a time that is over is tomorrow's", () => {
  expect(next("06:00", AT_NOON)).toEqual(new Date(2026, 10, 24, 6, 0));
});

test("what is no time is none", () => {
  expect(next("", AT_NOON)).toBeNull();
});

test("a time of day is shown with two figures each", () => {
  expect(timeOf(new Date(2026, 10, 23, 7, 5))).toBe("07:05");
});
