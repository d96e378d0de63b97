import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { register, type Shortcuts, startKeys } from "./keys";

const ends: (() => void)[] = [];
beforeEach(() => {
  ends.push(startKeys());
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  document.body.replaceChildren();
});

function use(...keys: string[]) {
  const act = vi.fn();
  const shortcuts: Shortcuts = Object.fromEntries(keys.map((key) => [key, { label: key, act }]));
  const end = register(() => ({ label: "test", shortcuts }));
  ends.push(end);
  return { act, end };
}

function press(key: string, given: KeyboardEventInit = {}, on: Element = document.body): void {
  on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...given }));
}

function put(tag: string, given: object = {}): Element {
  const element = Object.assign(document.createElement(tag), given);
  document.body.append(element);
  return element;
}

test("a key does what it is registered for", () => {
  const { act } = use("j");
  press("j");
  expect(act).toHaveBeenCalledOnce();
});

test("two keys one after the other are one shortcut", () => {
  const [sequence, alone] = [use("g i"), use("i")];
  press("g");
  press("i");
  expect([sequence.act.mock.calls.length, alone.act.mock.calls.length]).toEqual([1, 0]);
});

test("the second key alone is its own", () => {
  const [sequence, alone] = [use("g a"), use("a")];
  press("a");
  expect([sequence.act.mock.calls.length, alone.act.mock.calls.length]).toEqual([0, 1]);
});

test("what is registered last comes first, until it ends", () => {
  const [page, pane] = [use("r"), use("r")];
  press("r");
  pane.end();
  press("r");
  expect([page.act.mock.calls.length, pane.act.mock.calls.length]).toEqual([1, 1]);
});

test.each(["ctrlKey", "metaKey", "altKey"])("nothing happens with %s", (modifier) => {
  const { act } = use("j");
  press("j", { [modifier]: true });
  expect(act).not.toHaveBeenCalled();
});

test.each([
  ["a text field", "input", { type: "text" }],
  ["a text area", "textarea", {}],
  ["a choice", "select", {}],
])("nothing happens in %s", (_, tag, given) => {
  const { act } = use("j");
  press("j", {}, put(tag, given));
  expect(act).not.toHaveBeenCalled();
});

test("a checkbox types nothing, so keys work on it", () => {
  const { act } = use("j");
  press("j", {}, put("input", { type: "checkbox" }));
  expect(act).toHaveBeenCalledOnce();
});

test("nothing happens behind a dialog", () => {
  const { act } = use("j");
  put("dialog").setAttribute("open", "");
  press("j");
  expect(act).not.toHaveBeenCalled();
});

test("nothing happens while a word is being composed", () => {
  const { act } = use("j");
  press("j", { isComposing: true });
  expect(act).not.toHaveBeenCalled();
});
