import { expect, test } from "vitest";
import { segmentsOf } from "./segments";

const LENGTHS = { gsm7: 160, gsm7_joined: 153, ucs2: 70, ucs2_joined: 67 };
const of = (text: string) => segmentsOf(text, LENGTHS);

test("an empty text is one segment with all of its room", () => {
  expect(of("")).toEqual({ isGsm7: true, used: 0, count: 1, left: 160, strangers: [] });
});

test("160 letters of the alphabet are one segment, 161 are two shorter ones", () => {
  expect(of("a".repeat(160))).toMatchObject({ count: 1, left: 0 });
  expect(of("a".repeat(161))).toMatchObject({ count: 2, left: 145 });
});

test("306 letters fill two segments, and one more begins a third", () => {
  expect(of("a".repeat(306)).count).toBe(2);
  expect(of("a".repeat(307)).count).toBe(3);
});

test("letters with accents that the alphabet has count once", () => {
  expect(of("èéùìòÇØøÅåÆæßÉÄÖÑÜäöñüà")).toMatchObject({ isGsm7: true, used: 23 });
});

test.each([..."^{}\\[~]|€\f"])("%j of the extension takes two septets", (sign) => {
  expect(of(sign)).toMatchObject({ isGsm7: true, used: 2 });
});

test("a pair of the extension is never split between segments", () => {
  expect(of(`${"a".repeat(152)}€${"a".repeat(152)}`)).toMatchObject({ count: 3, used: 306 });
});

test("one character outside the alphabet makes all of it UCS-2, and is named", () => {
  expect(of("Zażółć")).toMatchObject({ isGsm7: false, used: 6, left: 64, strangers: ["ż", "ó", "ł", "ć"] });
});

test("70 units are one segment of UCS-2, 71 are two", () => {
  expect(of("ж".repeat(70))).toMatchObject({ count: 1, left: 0 });
  expect(of("ж".repeat(71))).toMatchObject({ count: 2, left: 63 });
});

test("an emoji takes two units and is never split between segments", () => {
  expect(of("👍")).toMatchObject({ used: 2, count: 1 });
  expect(of(`${"ж".repeat(66)}👍${"ж".repeat(66)}`)).toMatchObject({ count: 3, used: 134 });
});

test("ê and a tab are outside the alphabet", () => {
  expect(of("ê").isGsm7).toBe(false);
  expect(of("\t").isGsm7).toBe(false);
});
