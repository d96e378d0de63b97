import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Offline, Problem } from "../api/client";
import type { Change } from "../api/types";
import { isSignedOut } from "../session/session";
import { type Asked, answering } from "../testing/api";
import { TestSocket } from "../testing/sockets";
import { isCut, isLive, isOffline, Live } from "./live";

const listener = { changed: vi.fn(), reset: vi.fn(), recovered: vi.fn(), forbidden: vi.fn(), said: vi.fn() };
let feed: (asked: Asked) => unknown;
let live: Live;
let asked: Asked[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(1);
  vi.stubGlobal("WebSocket", TestSocket);
  TestSocket.all = [];
  for (const heard of Object.values(listener)) heard.mockReset();
  sessionStorage.clear();
  isSignedOut.value = isOffline.value = false;
  feed = () => ({ cursor: "c1", reset: false, changes: [] });
  const answers = { "POST /push/ticket": () => ({ url: "wss://push.example", ticket: "t" }) };
  const made = answering({ ...answers, "GET /feed": (query) => feed(query) });
  asked = made.asked;
  live = new Live(made.api, listener);
});
afterEach(() => {
  live.stop();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const soon = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);
const feeds = () => asked.filter(({ path }) => path === "/feed");

async function connected(): Promise<TestSocket> {
  live.start();
  await soon();
  TestSocket.newest().accept();
  await soon();
  return TestSocket.newest();
}

function change(at: string, queue: string | null = null): Change {
  return { conversation_id: "a", queue, events: { "conversation.tagged": at } };
}

test("a hint and the feed that repeats it are one change", async () => {
  const socket = await connected();
  const { queue: _, ...hint } = change("2026-11-23T09:00:00Z");
  socket.tell({ type: "changed", changes: [hint] });
  socket.tell({ type: "changed", changes: [hint] });
  feed = () => ({ cursor: "c2", reset: false, changes: [change("2026-11-23T09:00:00Z")] });
  await live.ask();
  expect(listener.changed).toHaveBeenCalledOnce();
});

test("what happens while the feed answers is asked for right after", async () => {
  let answer: (told: object) => void = () => undefined;
  await connected();
  feed = () => new Promise((resolve) => (answer = resolve));
  const before = feeds().length;
  void live.ask();
  void live.ask();
  feed = () => ({ cursor: "c3", reset: false, changes: [change("2026-11-23T09:00:00Z")] });
  answer({ cursor: "c2", reset: false, changes: [] });
  await soon();
  expect(feeds().length - before).toBe(2);
  expect(listener.changed).toHaveBeenCalledOnce();
});

test("after a cut it goes on from its cursor", async () => {
  const socket = await connected();
  socket.cut();
  await soon(1_000);
  TestSocket.newest().accept();
  await soon();
  expect(feeds().at(-1)?.query.cursor).toBe("c1");
});

test("the queues are watched again after a cut", async () => {
  live.watch(["support"]);
  (await connected()).cut();
  await soon(1_000);
  TestSocket.newest().accept();
  expect(TestSocket.newest().said[0]).toEqual({ action: "watch", queues: ["support"] });
});

test("of a lead's queues twenty are watched", async () => {
  live.watch(Array.from({ length: 30 }, (_, n) => `q${n}`));
  const socket = await connected();
  expect(socket.said[0]).toMatchObject({ queues: { length: 20 } });
});

test("a cut is worth saying after some seconds only", async () => {
  const socket = await connected();
  socket.cut();
  await soon(500);
  expect([isLive.value, isCut.value]).toEqual([false, false]);
  await soon(6_000);
  expect(isCut.value).toBe(true);
});

test("without a connection the feed is asked every few seconds", async () => {
  await connected();
  TestSocket.newest().cut();
  const before = feeds().length;
  await soon(15_000);
  expect(feeds().length - before).toBeGreaterThanOrEqual(3);
});

test("with one it is asked once a minute", async () => {
  const socket = await connected();
  const before = feeds().length;
  await soon(59_000);
  socket.tell({ type: "pong" });
  await soon(6_000);
  expect(feeds().length - before).toBe(1);
});

test("one failure is no news, two are offline, and an answer ends it", async () => {
  await connected();
  feed = () => {
    throw new Offline("no network");
  };
  await live.ask();
  expect(isOffline.value).toBe(false);
  await live.ask();
  expect(isOffline.value).toBe(true);
  feed = () => ({ cursor: "c2", reset: false, changes: [] });
  await live.ask();
  expect([isOffline.value, listener.recovered.mock.calls.length]).toEqual([false, 1]);
});

test("a failed answer leaves the cursor where it was", async () => {
  await connected();
  feed = () => {
    throw new Offline("no network");
  };
  await live.ask();
  expect(sessionStorage.getItem("switchboard.cursor")).toBe("c1");
});

test("a reset has everything loaded anew", async () => {
  await connected();
  feed = () => ({ cursor: "c9", reset: true, changes: [] });
  await live.ask();
  expect(listener.reset).toHaveBeenCalledOnce();
});

test("a queue that one has lost is looked after", async () => {
  await connected();
  feed = () => {
    throw new Problem(403, "name your own queues only");
  };
  await live.ask();
  expect(listener.forbidden).toHaveBeenCalledOnce();
});

test("nobody asks once the session is over", async () => {
  await connected();
  isSignedOut.value = true;
  const before = feeds().length;
  await soon(120_000);
  expect(feeds().length).toBe(before);
});

test("a page that the browser kept connects again when it is shown", async () => {
  const socket = await connected();
  dispatchEvent(new Event("pagehide"));
  expect(socket.isClosed).toBe(true);
  dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await soon();
  expect(TestSocket.all.length).toBe(2);
});

test("nothing is left ticking when it is stopped", async () => {
  await connected();
  live.stop();
  expect(vi.getTimerCount()).toBe(0);
});
