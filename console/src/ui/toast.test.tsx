import { act, cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startKeys } from "./keys";
import { Toasts, tell } from "./toast";

let endKeys: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  endKeys = startKeys();
  render(
    <>
      <a href="#row">a row</a>
      <Toasts />
    </>,
  );
});
afterEach(() => {
  vi.runAllTimers();
  endKeys();
  cleanup();
  vi.useRealTimers();
});

function done(): () => void {
  const undo = vi.fn();
  act(() => void tell("Resolved", { label: "Undo", act: undo }));
  return undo;
}

test("what was done is undone by its button, once, and the focus is where it was", () => {
  const undo = done();
  screen.getByRole("link").focus();
  const button = screen.getByRole("button", { name: "Undo" });
  act(() => button.focus());
  fireEvent.click(button);
  expect(undo).toHaveBeenCalledOnce();
  expect(screen.queryByText("Resolved")).toBeNull();
  expect(document.activeElement).toBe(screen.getByRole("link"));
});

test("Z undoes the newest that can be undone, and does nothing else", () => {
  const [earlier, later] = [done(), done()];
  const open = vi.fn();
  act(() => void tell("Mia wrote", { label: "Open", act: open }));
  fireEvent.keyDown(document.body, { key: "Z" });
  expect(later).toHaveBeenCalledOnce();
  expect(earlier).not.toHaveBeenCalled();
  fireEvent.keyDown(document.body, { key: "Z" });
  fireEvent.keyDown(document.body, { key: "Z" });
  expect(earlier).toHaveBeenCalledOnce();
  expect(open).not.toHaveBeenCalled();
});
