import { expect, test } from "vitest";
import { type Duty, dutiesOf, filled, gridOf, mistakeIn, stepOf, stepped, sumOf } from "./roster";

const OFFICE: Duty = { days: ["mon", "tue", "wed", "thu", "fri"], hours: "09:00-17:00", units: 12 };

test("a duty is the same after being a grid", () => {
  expect(dutiesOf(gridOf([OFFICE]))).toEqual([OFFICE]);
});

test("several duties at a time add up", () => {
  const grid = gridOf([OFFICE, { days: ["mon"], hours: "10:00-12:00", units: 3 }]);
  expect(grid.cells[0]?.slice(8, 13)).toEqual([0, 12, 15, 15, 12]);
});

test("what adds up differently is told as duties that follow each other", () => {
  const duties = dutiesOf(gridOf([OFFICE, { days: ["mon"], hours: "10:00-12:00", units: 3 }]));
  expect(duties).toContainEqual({ days: ["mon"], hours: "10:00-12:00", units: 15 });
  expect(duties).toContainEqual({ days: ["tue", "wed", "thu", "fri"], hours: "09:00-17:00", units: 12 });
  expect(gridOf(duties, 60)).toEqual(gridOf([OFFICE, { days: ["mon"], hours: "10:00-12:00", units: 3 }], 60));
});

test("slots are as short as the duties need", () => {
  expect(stepOf([OFFICE])).toBe(60);
  expect(stepOf([{ ...OFFICE, hours: "08:30-17:00" }])).toBe(30);
  expect(stepOf([{ ...OFFICE, hours: "08:05-17:00" }])).toBe(5);
});

test("the day's end is midnight", () => {
  const night: Duty = { days: ["sun"], hours: "22:00-24:00", units: 2 };
  expect(dutiesOf(gridOf([night]))).toEqual([night]);
});

test("an area is filled whichever corner one began at", () => {
  const empty = gridOf([], 60);
  const one = filled(empty, { from: { day: 0, slot: 9 }, to: { day: 1, slot: 10 } }, 4);
  const other = filled(empty, { from: { day: 1, slot: 10 }, to: { day: 0, slot: 9 } }, 4);
  expect(one).toEqual(other);
  expect(dutiesOf(one)).toEqual([{ days: ["mon", "tue"], hours: "09:00-11:00", units: 4 }]);
});

test("an emptied week has no duties", () => {
  const all = { from: { day: 0, slot: 0 }, to: { day: 6, slot: 23 } };
  expect(dutiesOf(filled(gridOf([OFFICE]), all, 0))).toEqual([]);
});

test("arrows end at the edge of the week", () => {
  expect(stepped({ day: 0, slot: 0 }, "ArrowUp", 24)).toEqual({ day: 0, slot: 0 });
  expect(stepped({ day: 6, slot: 23 }, "ArrowRight", 24)).toEqual({ day: 6, slot: 23 });
  expect(stepped({ day: 2, slot: 5 }, "End", 24)).toEqual({ day: 2, slot: 23 });
  expect(stepped({ day: 2, slot: 5 }, "x", 24)).toBeNull();
});

test("a week's capacity is units times hours", () => {
  expect(sumOf(gridOf([OFFICE]))).toEqual({ unitHours: 480, most: 12 });
});

test("a duty without days, backwards, or without units is a mistake", () => {
  expect(mistakeIn(OFFICE)).toBeNull();
  expect(mistakeIn({ ...OFFICE, days: [] })).toBe("days");
  expect(mistakeIn({ ...OFFICE, hours: "17:00-09:00" })).toBe("hours");
  expect(mistakeIn({ ...OFFICE, units: 0 })).toBe("units");
});
