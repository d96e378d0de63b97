import { expect, test } from "vitest";
import { keptOf } from "./kept";

test("nothing promised is no percentage", () => {
  expect(keptOf(0, 0)).toBeNull();
});

test("a share just below the goal is not rounded up to it", () => {
  expect(keptOf(1000, 899)).toEqual({ percent: 89, isMet: false });
});

test("exactly the goal meets it", () => {
  expect(keptOf(10, 9)).toEqual({ percent: 90, isMet: true });
});

test("all kept is a hundred percent", () => {
  expect(keptOf(3, 3)).toEqual({ percent: 100, isMet: true });
});
