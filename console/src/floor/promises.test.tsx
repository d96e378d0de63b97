import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import type { Queue } from "../api/types";
import { Promises } from "./promises";

afterEach(cleanup);

function queue(promised: number, kept: number): Queue {
  return { queue: "support", is_open: true, waiting: [], promised, kept };
}

test("a share that meets the goal is told with its figures", () => {
  render(<Promises queue={queue(451, 430)} />);
  expect(screen.getByText("95 %")).toBeTruthy();
  expect(screen.getByText("430 of 451")).toBeTruthy();
});

test("a share below the goal says so in words, not by colour alone", () => {
  render(<Promises queue={queue(1290, 1105)} />);
  expect(screen.getByText("85 %")).toBeTruthy();
  expect(screen.getByText("1105 of 1290, below the goal")).toBeTruthy();
});

test("where nothing was promised there is no share", () => {
  render(<Promises queue={queue(0, 0)} />);
  expect(screen.getByText("none promised")).toBeTruthy();
});
