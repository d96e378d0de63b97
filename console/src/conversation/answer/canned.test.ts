import { expect, test } from "vitest";
import { type Canned, fitting, shortcutAt } from "./canned";

const one = (shortcut: string, title: string, text: string): Canned => ({
  shortcut,
  title,
  text,
  language: "en",
  missing: [],
});
const ITEMS = [
  one("refund", "Refund is on its way", "Hello, your refund…"),
  one("hours", "Opening hours", "We are open from 8 to 18, also for a refund."),
  one("late", "Late parcel", "We are sorry."),
];

test("a slash at the beginning or after a space begins a shortcut", () => {
  expect(shortcutAt("/ref", 4)).toEqual({ from: 0, query: "ref" });
  expect(shortcutAt("Hi\n/", 4)).toEqual({ from: 3, query: "" });
});

test("a slash within a word or a date is none", () => {
  expect(shortcutAt("and/or", 6)).toBeNull();
  expect(shortcutAt("24/12", 5)).toBeNull();
});

test("shortcuts come before titles, and those before words", () => {
  expect(fitting(ITEMS, "refund").map((item) => item.shortcut)).toEqual(["refund", "hours"]);
  expect(fitting(ITEMS, "PARCEL").map((item) => item.shortcut)).toEqual(["late"]);
});

test("without a query all are there, by shortcut", () => {
  expect(fitting(ITEMS, "").map((item) => item.shortcut)).toEqual(["hours", "late", "refund"]);
});
