import { expect, test } from "vitest";
import type { Message } from "../../api/types";
import { en } from "../../i18n/en";
import { fateOf } from "./delivery";

const texts = en.conversation.delivery;
const fate = (status: string | null, code: string | null = null, kind = "message") =>
  fateOf({ status, code, kind } as Message, texts);

test("what arrived is told without more ado", () => {
  expect(fate("delivered")).toEqual({ text: "Delivered", isBad: false, remedy: null });
});

test("a message without a status has no fate", () => {
  expect(fate(null)).toBeNull();
});

test("a failure says why, and what to do", () => {
  expect(fate("failed", "opted_out")).toMatchObject({ isBad: true, remedy: texts.codes.opted_out });
});

test("a code that nobody knows is told as it is, with a remedy", () => {
  expect(fate("undelivered", "63016")?.remedy).toBe(`${texts.code("63016")} ${texts.retryHint}`);
});

test("nobody is asked to write an acknowledgement anew", () => {
  expect(fate("failed", null, "acknowledgement")?.remedy).toBeNull();
});

test("a status that is not known yet is shown as it is", () => {
  expect(fate("parked")).toMatchObject({ text: "parked", isBad: false });
});
