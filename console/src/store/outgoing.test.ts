import { expect, test } from "vitest";
import { isMessage, next, type Outgoing } from "./outgoing";

const HELD: Outgoing = {
  key: "k",
  conversationId: "c",
  mode: "answer",
  text: "Hello",
  mentions: [],
  files: [],
  cc: null,
  etag: '"1.1"',
  state: "held",
  dueAt: 10_000,
  why: null,
  tab: "t",
};
const SENDING: Outgoing = { ...HELD, state: "sending" };

test("what is held goes when it is due, under the same key", () => {
  expect(next(HELD, { type: "due" })).toEqual(SENDING);
});

test("what is held can be taken back", () => {
  expect(next(HELD, { type: "withdrawn" })).toBeNull();
});

test("what is on its way can't be taken back any more", () => {
  expect(next(SENDING, { type: "withdrawn" })).toBe(SENDING);
});

test("what was sent is gone", () => {
  expect(next(SENDING, { type: "sent" })).toBeNull();
});

test("without a network it waits, and goes again under the same key", () => {
  const unsent = next(SENDING, { type: "offline" });
  expect(unsent).toMatchObject({ state: "unsent", key: "k" });
  expect(unsent && next(unsent, { type: "again" })).toEqual(SENDING);
});

test("a refusal is kept in words, with the text", () => {
  expect(next(SENDING, { type: "refused", why: "opted out" })).toMatchObject({
    state: "refused",
    why: "opted out",
    text: "Hello",
  });
});

test("what a colleague overtook goes only when its author says so, and then whatever happened", () => {
  const overtaken = next(SENDING, { type: "overtaken", why: "answered" });
  expect(overtaken && next(overtaken, { type: "again" })).toBe(overtaken);
  expect(overtaken && next(overtaken, { type: "anyway" })).toMatchObject({ state: "sending", etag: null });
});

test("a second due changes nothing", () => {
  expect(next(SENDING, { type: "due" })).toBe(SENDING);
});

test("it is the message whose id ends with its key", () => {
  expect(isMessage({ ...SENDING, key: "1f-2e" }, "reply.1.1f-2e")).toBe(true);
  expect(isMessage({ ...SENDING, key: "2e" }, "reply.1.1f-2e")).toBe(false);
});
