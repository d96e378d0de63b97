import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Offline, Problem } from "../api/client";
import type { Change, Listed } from "../api/types";
import { answering } from "../testing/api";
import { assigned, waiting } from "../testing/conversations";
import { conversation, forget, keep } from "./conversations";
import { Inbox } from "./inbox";

beforeEach(() => {
  vi.useFakeTimers();
  for (const id of ["a", "b"]) forget(id);
});
afterEach(() => vi.useRealTimers());

function changed(id: string): Change {
  return { conversation_id: id, queue: null, events: { "conversation.tagged": "2026-11-23T09:00:00Z" } };
}

function inboxWith(read: (id: string) => Listed) {
  const { api, asked } = answering({
    "GET /conversations/{conversation_id}": ({ path }) => read(path.split("/").at(-1) ?? ""),
    "GET /conversations": () => ({ items: [], cursor: null }),
  });
  return { inbox: new Inbox(api, "ann"), asked };
}

test("a change is read once, however many views tell of it", async () => {
  const { inbox, asked } = inboxWith((id) => waiting(id));
  await inbox.changed([changed("a"), { ...changed("a"), queue: "support" }]);
  expect(asked.length).toBe(1);
});

test("a changed conversation comes into the lists that it fits", async () => {
  const { inbox } = inboxWith((id) => assigned(id, "ann"));
  const mine = inbox.list("mine");
  await mine.load();
  await inbox.changed([changed("a")]);
  expect(mine.ids.value).toEqual(["a"]);
});

test("what could not be read is read when the network is back", async () => {
  let isDown = true;
  const { inbox } = inboxWith((id) => {
    if (isDown) throw new Offline("no network");
    return waiting(id, { tags: ["vip"] });
  });
  await inbox.changed([changed("a")]);
  expect(conversation("a")).toBeUndefined();
  isDown = false;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(conversation("a")?.value.tags).toEqual(["vip"]);
});

test("a conversation that is gone is told as gone", async () => {
  const { inbox } = inboxWith(() => {
    throw new Problem(404, "no such conversation");
  });
  keep(waiting("a"));
  const told = vi.fn();
  inbox.watch(told);
  await inbox.changed([changed("a")]);
  expect(told).toHaveBeenCalledWith("a", null, ["conversation.tagged"]);
  expect(conversation("a")).toBeUndefined();
});

test("what changes while it is being read is read again", async () => {
  const answers: ((shown: Listed) => void)[] = [];
  const { api } = answering({
    "GET /conversations/{conversation_id}": () => new Promise<Listed>((answer) => answers.push(answer)),
  });
  const inbox = new Inbox(api, "ann");
  void inbox.changed([changed("a")]);
  void inbox.changed([changed("a")]);
  expect(answers.length).toBe(1);
  answers[0]?.(waiting("a"));
  await vi.advanceTimersByTimeAsync(0);
  expect(answers.length).toBe(2);
});

test("a slow answer holds up no other", async () => {
  const { api, asked } = answering({
    "GET /conversations/{conversation_id}": ({ path }) =>
      path.endsWith("a") ? new Promise(() => undefined) : waiting("b"),
  });
  const inbox = new Inbox(api, "ann");
  void inbox.changed([changed("a")]);
  await inbox.changed([changed("b")]);
  expect([asked.length, conversation("b")?.value.conversation_id]).toEqual([2, "b"]);
});

test("where very much changed the lists are read instead", async () => {
  const { inbox, asked } = inboxWith((id) => waiting(id));
  await inbox.list("queue").load();
  await inbox.changed(Array.from({ length: 100 }, (_, n) => changed(`c${n}`)));
  expect(asked.map(({ path }) => path)).toEqual(["/conversations", "/conversations"]);
});

test("where very much changed, what one looks at is read, too", async () => {
  const { api, asked } = answering({ "GET /conversations/{conversation_id}": () => waiting("a") });
  const inbox = new Inbox(api, "ann", () => "a");
  await inbox.changed(Array.from({ length: 61 }, (_, n) => changed(`c${n}`)));
  expect(asked.map(({ path }) => path)).toEqual(["/conversations/a"]);
});

test("never more than six are read at once", async () => {
  let reading = 0;
  let most = 0;
  const { api } = answering({
    "GET /conversations/{conversation_id}": async ({ path }) => {
      most = Math.max(most, ++reading);
      await Promise.resolve();
      reading--;
      return waiting(path.split("/").at(-1) ?? "");
    },
  });
  await new Inbox(api, "ann").changed(Array.from({ length: 40 }, (_, n) => changed(`c${n}`)));
  expect(most).toBe(6);
});

test("lists that nobody looks at are forgotten, one's own never", () => {
  const { inbox } = inboxWith((id) => waiting(id));
  const mine = inbox.list("mine");
  const first = inbox.list("all", { tag: "0" });
  for (let n = 1; n < 9; n++) inbox.list("all", { tag: String(n) });
  expect(inbox.list("mine")).toBe(mine);
  expect(inbox.list("all", { tag: "0" })).not.toBe(first);
});
