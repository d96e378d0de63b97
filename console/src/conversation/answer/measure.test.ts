import { expect, test } from "vitest";
import type { Limits } from "../../api/types";
import { measure } from "./measure";

const LIMITS = { text_limit: 10, unit: "characters", segments: null } as unknown as Limits;

test("characters are code points: an emoji is one", () => {
  expect(measure("👍👍", LIMITS).used).toBe(2);
});

test("bytes are those of UTF-8, as Instagram counts", () => {
  expect(measure("ä€👍", { ...LIMITS, unit: "bytes" }).used).toBe(9);
});

test("UTF-16 units count an emoji twice", () => {
  expect(measure("👍", { ...LIMITS, unit: "utf-16" }).used).toBe(2);
});

test("a text is over only beyond the limit, and near it before", () => {
  expect(measure("a".repeat(7), LIMITS)).toMatchObject({ isNear: false, isOver: false });
  expect(measure("a".repeat(10), LIMITS)).toMatchObject({ isNear: true, isOver: false });
  expect(measure("a".repeat(11), LIMITS).isOver).toBe(true);
});
