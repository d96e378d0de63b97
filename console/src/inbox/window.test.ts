import { expect, test } from "vitest";
import { anchored, inView, ROW, span } from "./window";

test("as many rows are drawn at the top as in the middle of thousands, but for those beyond the edge", () => {
  const [top, middle] = [span(0, 10 * ROW, 5_000), span(2_500.5 * ROW, 10 * ROW, 5_000)];
  expect([top.to - top.from, middle.to - middle.from]).toEqual([16, 23]);
});

test("nothing is drawn beyond the end", () => {
  expect(span(10_000, 780, 20)).toEqual({ from: 14, to: 20 });
});

test("a short list is drawn whole", () => {
  expect(span(0, 780, 3)).toEqual({ from: 0, to: 3 });
});

test("a row stays where it is when two come in above it", () => {
  expect(anchored(["a", "b", "c"], ["x", "y", "a", "b", "c"], 1, 100)).toBe(100 + 2 * ROW);
});

test("a row stays where it is when one above it leaves", () => {
  expect(anchored(["a", "b", "c"], ["b", "c"], 2, 100)).toBe(100 - ROW);
});

test("where the row itself leaves, the next one takes its place", () => {
  expect(anchored(["a", "b", "c"], ["a", "c"], 1, 100)).toBe(100);
});

test("what comes in below moves nothing", () => {
  expect(anchored(["a", "b"], ["a", "b", "c"], 0, 0)).toBe(0);
});

test("a row that is seen needs no scrolling", () => {
  expect(inView(3, 0, 10 * ROW)).toBe(0);
});

test("a row below the edge comes to the edge", () => {
  expect(inView(12, 0, 10 * ROW)).toBe(3 * ROW);
});

test("a row above the edge comes to the top", () => {
  expect(inView(2, 5 * ROW, 10 * ROW)).toBe(2 * ROW);
});
