import { expect, test } from "vitest";
import type { Change, Conversation } from "../api/types";
import { assigned, waiting } from "../testing/conversations";
import { tidings } from "./news";

const LOADED = Date.parse("2026-11-23T09:00:00Z");

function changed(kind: string, at = "2026-11-23T09:00:05Z", queue: string | null = null): Change {
  return { conversation_id: "a", queue, events: { [`conversation.${kind}`]: at } };
}

function told(change: Change, conversation: Conversation | undefined) {
  return tidings([change], "ann", LOADED, () => conversation).map(({ kind }) => kind);
}

test("what becomes mine is told", () => {
  expect(told(changed("assigned"), assigned("a", "ann"))).toEqual(["assigned"]);
});

test("what I took myself is not", () => {
  expect(told(changed("assigned"), assigned("a", "ann", { assigned_by: "ann" }))).toEqual([]);
});

test("what a lead gave me is", () => {
  expect(told(changed("assigned"), assigned("a", "ann", { assigned_by: "dee" }))).toEqual(["assigned"]);
});

test("a customer who writes in one of mine is told", () => {
  expect(told(changed("message_added"), assigned("a", "ann"))).toEqual(["wrote"]);
});

test("an answer of mine is not", () => {
  expect(told(changed("message_added"), assigned("a", "ann", { awaiting_since: null }))).toEqual([]);
});

test("what is a colleague's is not", () => {
  expect(told(changed("assigned"), assigned("a", "ben"))).toEqual([]);
});

test("what waits in a queue is not", () => {
  expect(told(changed("opened", undefined, "support"), waiting("a"))).toEqual([]);
});

test("what happened before the page was loaded is not told again", () => {
  expect(told(changed("assigned", "2026-11-23T08:59:30Z"), assigned("a", "ann"))).toEqual([]);
});
