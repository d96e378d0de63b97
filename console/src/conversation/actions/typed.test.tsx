import { cleanup, renderHook } from "@testing-library/preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test } from "vitest";
import { useTyped } from "./typed";

afterEach(cleanup);

function opened(id = "c1") {
  return renderHook(() => useTyped("forward", id));
}

test("what was typed is there again when the dialog was closed by mistake", async () => {
  const { result, unmount } = opened();
  await act(() => result.current.type("note", "Can you tell?"));
  await act(() => result.current.type("to", "eva@partners.example"));
  unmount();
  expect(opened().result.current.words).toEqual({ note: "Can you tell?", to: "eva@partners.example" });
});

test("another conversation's dialog begins empty", async () => {
  const { result } = opened();
  await act(() => result.current.type("note", "Can you tell?"));
  expect(opened("c2").result.current.words).toEqual({});
});

test("a dialog that did its work begins empty the next time", async () => {
  const { result } = opened();
  await act(() => result.current.type("note", "Can you tell?"));
  result.current.forget();
  expect(opened().result.current.words).toEqual({});
});
