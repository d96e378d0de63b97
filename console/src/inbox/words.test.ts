import { expect, test } from "vitest";
import { inbox } from "../i18n/en/inbox";
import { assigned, waiting } from "../testing/conversations";
import { inWords, timing } from "./words";

const NOON = Date.parse("2026-11-23T12:00:00Z");
const at = (minute: number) => new Date(NOON + minute * 60_000).toISOString();
const told = (shown: Parameters<typeof timing>[0]) => timing(shown, NOON, inbox.row);

test("what is overdue says by how much", () => {
  expect(told(waiting("a", { promise: "pending", promised_at: at(-12) }))).toMatchObject({
    text: "12 min late",
    tone: "late",
  });
});

test("what is due soon says how long is left, and to whom it matters", () => {
  const { text, tone, title } = told(assigned("a", "ann", { lease_until: at(3) }));
  expect([text, tone, title.split(" at ")[0]]).toEqual([
    "3 min left",
    "soon",
    "Without an answer it goes to a colleague",
  ]);
});

test("within a minute of it, it is due now", () => {
  expect(told(waiting("a", { promise: "pending", promised_at: at(0.5) })).text).toBe("due now");
});

test("what nobody promised says how long it waits", () => {
  expect(told(waiting("a", { awaiting_since: at(-150) })).text).toBe("waits 2 h");
});

test("what sleeps says until when", () => {
  const shown = assigned("a", "ann", { status: "snoozed", awaiting_since: null, snoozed_until: at(30) });
  expect(told(shown).text).toMatch(/^until /);
});

test.each([
  [0, "0 min"],
  [119, "119 min"],
  [120, "2 h"],
  [2_879, "47 h"],
  [2_880, "2 d"],
])("%s minutes are %s", (count, words) => {
  expect(inWords(inbox.row, count)).toBe(words);
});
