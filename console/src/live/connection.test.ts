import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Offline, Problem } from "../api/client";
import { answering } from "../testing/api";
import { TestSocket } from "../testing/sockets";
import { Connection } from "./connection";

const ends = { opened: vi.fn(), said: vi.fn(), cut: vi.fn() };
let connection: Connection;

function connect(ticket: () => unknown = () => ({ url: "wss://push.example", ticket: "t/1" })) {
  const { api, asked } = answering({ "POST /push/ticket": ticket });
  connection = new Connection(api, ends);
  connection.start();
  return asked;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(1);
  vi.stubGlobal("WebSocket", TestSocket);
  TestSocket.all = [];
  for (const end of Object.values(ends)) end.mockReset();
});
afterEach(() => {
  connection.stop();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const soon = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

test("a ticket opens one connection", async () => {
  connect();
  await soon();
  expect(TestSocket.all.map(({ url }) => url)).toEqual(["wss://push.example?ticket=t%2F1"]);
});

test("a cut is followed by a new ticket, after a while", async () => {
  const asked = connect();
  await soon();
  TestSocket.newest().accept();
  TestSocket.newest().cut();
  expect(ends.cut).toHaveBeenCalledOnce();
  await soon(1_000);
  expect([asked.length, TestSocket.all.length]).toEqual([2, 2]);
});

test("who opens and says nothing is tried ever more rarely", async () => {
  const asked = connect();
  await soon();
  for (let n = 0; n < 4; n++) {
    const socket = TestSocket.newest();
    socket.readyState = TestSocket.OPEN;
    socket.onopen?.();
    socket.cut();
    await soon(1_000 * 2 ** n);
  }
  expect(asked.length).toBe(5);
  TestSocket.newest().cut();
  await soon(8_000);
  expect(asked.length).toBe(5);
});

test("what does not answer a ping is dropped at once, not when it agrees", async () => {
  connect();
  await soon();
  const dead = TestSocket.newest();
  dead.accept();
  await soon(60_000);
  expect(dead.said.at(-1)).toEqual({ action: "ping" });
  await soon(5_000);
  expect([dead.isClosed, ends.cut.mock.calls.length]).toEqual([true, 1]);
  dead.cut();
  expect(ends.cut).toHaveBeenCalledOnce();
});

test("what answers its pings stays", async () => {
  connect();
  await soon();
  TestSocket.newest().accept();
  await soon(60_000);
  TestSocket.newest().tell({ type: "pong" });
  await soon(10_000);
  expect(ends.cut).not.toHaveBeenCalled();
});

test("after sleep it proves itself or goes", async () => {
  connect();
  await soon();
  TestSocket.newest().accept();
  await soon(1);
  connection.hurry();
  await soon(5_000);
  expect(ends.cut).toHaveBeenCalledOnce();
});

test("hurrying doesn't wait for the next try, and opens one connection only", async () => {
  let isDown = true;
  const asked = connect(() => {
    if (isDown) throw new Offline("no network");
    return { url: "wss://push.example", ticket: "t" };
  });
  await soon(20_000);
  isDown = false;
  const before = asked.length;
  connection.hurry();
  connection.hurry();
  await soon();
  expect([asked.length - before, TestSocket.all.length]).toEqual([1, 1]);
});

test("a handshake that nobody finishes is given up", async () => {
  connect();
  await soon(15_000);
  expect(TestSocket.all[0]?.isClosed).toBe(true);
  await soon(1_000);
  expect(TestSocket.all.length).toBe(2);
});

test("nobody is asked again once the session is over", async () => {
  const asked = connect(() => {
    throw new Problem(401, "sign in again");
  });
  await soon(600_000);
  expect(asked.length).toBe(1);
});

test("a refusal for another reason is tried again", async () => {
  const asked = connect(() => {
    throw new Problem(503, "try again");
  });
  await soon(1_000);
  expect(asked.length).toBe(2);
});

test("what was stopped stays so", async () => {
  const asked = connect();
  await soon();
  connection.stop();
  await soon(600_000);
  expect([asked.length, TestSocket.newest().isClosed]).toEqual([1, true]);
});
