import { beforeEach, expect, test } from "vitest";
import type { Api } from "../api/client";
import type { Conversation, Timeline } from "../api/types";
import { said, waiting } from "../testing/conversations";
import { conversation, forget, isNewer, keep, read } from "./conversations";

beforeEach(() => forget("a"));

test("an older state changes nothing", () => {
  const kept = keep(waiting("a", { etag: '"3.1"', tags: ["new"] }));
  keep(waiting("a", { etag: '"2.9"', tags: ["old"] }));
  expect(kept.value.tags).toEqual(["new"]);
});

test("an action's answer, which says nothing of them, leaves unread what is, and what was said last", () => {
  const beside = { unread: true, has_draft: true, last: said("Hello"), called: "Mia Berg" };
  const kept = keep(waiting("a", beside));
  const { unread: _, has_draft: __, last: ___, called: ____, ...answered } = waiting("a", { etag: '"2.0"' });
  keep(answered satisfies Conversation);
  expect(kept.value).toMatchObject({ ...beside, etag: '"2.0"' });
});

test("what a customer took back is not shown any more once the conversation is read again", () => {
  const kept = keep(waiting("a", { last: said("my secret") }));
  keep(waiting("a", { last: said("", { change: "deleted" }) }));
  expect(kept.value.last).toEqual(said("", { change: "deleted" }));
});

test("messages are not kept with the list", () => {
  const kept = keep({ ...waiting("a"), messages: ["long"], limits: {} } as ReturnType<typeof waiting>);
  expect(Object.keys(kept.value)).not.toContain("messages");
});

test("the same state shown twice draws nothing anew", () => {
  const kept = keep(waiting("a"));
  const before = kept.value;
  keep(waiting("a"));
  expect(kept.value).toBe(before);
});

test.each([
  ['"2.0"', '"1.9"', true],
  ['"1.2"', '"1.1"', true],
  ['"1.1"', '"1.1"', true],
  ['"10.0"', '"9.0"', true],
  ['"1.0"', '"1.1"', false],
])("whether %s is at least as new as %s: %s", (shown, before, answer) => {
  expect(isNewer(shown, before)).toBe(answer);
});

test("an answer that was long on its way does not undo a later one", async () => {
  const answers: ((shown: Timeline) => void)[] = [];
  const api = (() => new Promise((answer) => answers.push(answer))) as unknown as Api;
  const [first, second] = [read(api, "c1"), read(api, "c1")];
  answers[1]?.(waiting("c1", { tags: ["new"] }) as unknown as Timeline);
  expect(await second).toMatchObject({ tags: ["new"] });
  answers[0]?.(waiting("c1") as unknown as Timeline);
  expect(await first).toBeNull();
  expect(conversation("c1")?.value.tags).toEqual(["new"]);
});
