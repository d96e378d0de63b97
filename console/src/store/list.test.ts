import { beforeEach, expect, test, vi } from "vitest";
import { Offline } from "../api/client";
import type { Listed } from "../api/types";
import { type Asked, answering } from "../testing/api";
import { assigned, waiting } from "../testing/conversations";
import { forget, keep } from "./conversations";
import { List } from "./list";

const IDS = ["a", "b", "c", "d", "e"];
beforeEach(() => IDS.forEach(forget));

function at(minute: number): string {
  return `2026-11-23T09:${String(minute).padStart(2, "0")}:00Z`;
}

/** A list that has read these. */
async function listOf(view: "mine" | "queue" | "all", pages: Listed[][], filters = {}) {
  const answer = ({ query }: Asked) => {
    const page = Number(query.cursor ?? 0);
    return { items: pages[page] ?? [], cursor: page + 1 < pages.length ? String(page + 1) : null };
  };
  const { api, asked } = answering({ "GET /conversations": answer });
  const list = new List(api, view, filters, "ann");
  await list.load();
  return { list, asked };
}

function happens(list: List, shown: Listed): void {
  list.settle(shown.conversation_id, keep(shown).peek());
}

test("one's own conversations stand by what is due first", async () => {
  const late = assigned("a", "ann", { promise: "pending", promised_at: at(20) });
  const soon = assigned("b", "ann", { lease_until: at(5) });
  const answered = assigned("c", "ann", { status: "idle", awaiting_since: null });
  const { list } = await listOf("mine", [[answered, late, soon]]);
  expect(list.ids.value).toEqual(["b", "a", "c"]);
});

test("what waits comes in by priority, then by age", async () => {
  const urgent = waiting("a", { priority: "urgent", awaiting_since: at(3) });
  const old = waiting("b", { awaiting_since: at(1) });
  const { list } = await listOf("queue", [[urgent, old]]);
  happens(list, waiting("c", { awaiting_since: at(2) }));
  happens(list, waiting("d", { priority: "urgent", awaiting_since: at(4) }));
  expect(list.ids.value).toEqual(["a", "d", "b", "c"]);
});

test("what comes in is counted as arrived until it is seen", async () => {
  const { list } = await listOf("queue", [[waiting("a")]]);
  happens(list, waiting("b"));
  expect(list.arrived.value).toEqual(["b"]);
  list.seen();
  expect(list.arrived.value).toEqual([]);
});

test("what is read page by page has not arrived", async () => {
  const { list } = await listOf("queue", [[waiting("a")], [waiting("b")]]);
  await list.more();
  expect([list.ids.value, list.arrived.value]).toEqual([["a", "b"], []]);
});

test("what a colleague takes leaves what waits", async () => {
  const { list } = await listOf("queue", [[waiting("a"), waiting("b")]]);
  happens(list, assigned("a", "ben", { etag: '"2.0"' }));
  expect(list.ids.value).toEqual(["b"]);
});

test("what can't be seen any more leaves", async () => {
  const { list } = await listOf("queue", [[waiting("a"), waiting("b")]]);
  list.settle("b", null);
  expect(list.ids.value).toEqual(["a"]);
});

test("what stands on a page that was not read does not come in", async () => {
  const { list } = await listOf("queue", [
    [waiting("a", { awaiting_since: at(1) })],
    [waiting("b", { awaiting_since: at(9) })],
  ]);
  happens(list, waiting("c", { awaiting_since: at(5) }));
  expect(list.ids.value).toEqual(["a"]);
});

test("a filter holds for what comes in, too", async () => {
  const { list } = await listOf("queue", [[waiting("a", { tags: ["vip"] })]], { tag: "vip" });
  happens(list, waiting("b"));
  happens(list, waiting("c", { tags: ["vip"] }));
  expect(list.ids.value).toEqual(["a", "c"]);
});

test("empty pages are passed over", async () => {
  const { list } = await listOf("queue", [[], [], [waiting("a")]]);
  expect(list.ids.value).toEqual(["a"]);
});

test("what changed while its page was read is not shown as it was", async () => {
  keep(assigned("a", "ben", { etag: '"9.0"' }));
  const { list } = await listOf("queue", [[waiting("a"), waiting("b")]]);
  expect(list.ids.value).toEqual(["b"]);
});

test("loading again reads as far down as one was", async () => {
  const { list } = await listOf("queue", [[waiting("a")], [waiting("b")], [waiting("c")]]);
  await list.more();
  await list.load();
  expect(list.ids.value).toEqual(["a", "b"]);
});

test("a failed page leaves what was read, and says why", async () => {
  let isDown = false;
  const { api } = answering({
    "GET /conversations": () => {
      if (isDown) throw new Offline("no network");
      return { items: [waiting("a")], cursor: "1" };
    },
  });
  const list = new List(api, "queue", {}, "ann");
  await list.load();
  isDown = true;
  await list.more();
  expect([list.ids.value, list.state.value, list.hasMore.value]).toEqual([["a"], "failed", true]);
  isDown = false;
  await list.more();
  expect(list.state.value).toBe("ready");
});

test("where reading anew failed, it is read anew, though there is no further page", async () => {
  let isDown = false;
  const { api } = answering({
    "GET /conversations": () => {
      if (isDown) throw new Offline("no network");
      return { items: [waiting("a")], cursor: null };
    },
  });
  const list = new List(api, "queue", {}, "ann");
  await list.load();
  isDown = true;
  await list.load();
  isDown = false;
  await list.again();
  expect([list.ids.value, list.state.value]).toEqual([["a"], "ready"]);
});

test("what came in while a page was on its way stays, though the page does not show it", async () => {
  const { list } = await listOf("queue", [[waiting("a")]]);
  const loading = list.load();
  happens(list, waiting("b"));
  await loading;
  expect([...list.ids.value].sort()).toEqual(["a", "b"]);
});

test("what came in just before a list is read stays: the API's lists lag behind", async () => {
  const { list } = await listOf("queue", [[waiting("a")]]);
  happens(list, waiting("b"));
  await list.load();
  expect([...list.ids.value].sort()).toEqual(["a", "b"]);
});

test("what a list shows no more, long after it changed, is gone", async () => {
  vi.useFakeTimers();
  const { list } = await listOf("queue", [[waiting("a")]]);
  happens(list, waiting("b"));
  vi.advanceTimersByTime(60_000);
  happens(list, waiting("a"));
  await list.load();
  vi.useRealTimers();
  expect(list.ids.value).toEqual(["a"]);
});
