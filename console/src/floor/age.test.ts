import { expect, test } from "vitest";
import { age } from "./age";

const NOW = Date.parse("2026-11-23T12:00:00Z");

test("less than a minute is none yet", () => {
  expect(age("2026-11-23T11:59:30Z", NOW)).toBe("0 min");
});

test("minutes stand alone", () => {
  expect(age("2026-11-23T11:15:00Z", NOW)).toBe("45 min");
});

test("hours come with their minutes", () => {
  expect(age("2026-11-23T08:39:10Z", NOW)).toBe("3 hr 20 min");
});

test("a unit of which there is none is left out", () => {
  expect(age("2026-11-21T12:00:00Z", NOW)).toBe("2 days");
});

test("a clock that runs behind makes nothing negative", () => {
  expect(age("2026-11-23T12:05:00Z", NOW)).toBe("0 min");
});
