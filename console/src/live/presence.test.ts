import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Problem } from "../api/client";
import type { Agent } from "../api/types";
import { type Asked, answering } from "../testing/api";
import { stubLocks } from "../testing/locks";
import { lapse, me, Presence } from "./presence";

const ANN: Agent = {
  agent_id: "ann",
  name: "Ann",
  presence: "offline",
  queues: ["support"],
  skills: [],
  units: 3,
  free: 3,
  held: {},
  caps: {},
  shift_until: null,
  heartbeat_by: null,
};
let known: Agent;
let presence: Presence;
let asked: Asked[];
let slow: Promise<void> | null;

beforeEach(() => {
  vi.useFakeTimers();
  stubLocks();
  localStorage.clear();
  me.value = lapse.value = slow = null;
  known = ANN;
  const made = answering({
    "GET /me": async () => {
      const told = known;
      await slow;
      return told;
    },
    "PUT /me/presence": ({ body }) => {
      known = { ...known, ...(body as Partial<Agent>) };
      return known;
    },
    "PUT /me/shift": () => known,
  });
  asked = made.asked;
  presence = new Presence(made.api);
});
afterEach(() => {
  presence.stop();
  vi.useRealTimers();
});

const soon = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);
const said = () => asked.filter(({ method }) => method === "PUT").map(({ body }) => body);

test("who is online says so every half minute", async () => {
  known = { ...ANN, presence: "online" };
  await presence.start();
  await soon(60_000);
  expect(said()).toEqual([{ presence: "online" }, { presence: "online" }]);
});

test("who is away is not brought back by a heartbeat", async () => {
  known = { ...ANN, presence: "away" };
  await presence.start();
  await soon(60_000);
  expect(said()).toEqual([]);
});

test("a heartbeat that is on its way does not undo what the agent says meanwhile", async () => {
  known = { ...ANN, presence: "online" };
  await presence.start();
  let answer: () => void = () => undefined;
  slow = new Promise((resolve) => (answer = resolve));
  await soon(30_000);
  const away = presence.set("away");
  answer();
  await away;
  await soon();
  expect([known.presence, me.value?.presence]).toEqual(["away", "away"]);
});

test("who was never online has not lapsed", async () => {
  await presence.start();
  expect(lapse.value).toBeNull();
});

test("who said online and is taken for offline is told", async () => {
  await presence.start();
  await presence.set("online");
  known = { ...known, presence: "offline" };
  await soon(30_000);
  expect(lapse.value).toBe("unheard");
});

test("also when the page was closed meanwhile", async () => {
  localStorage.setItem("switchboard.said.ann", "online");
  await presence.start();
  expect(lapse.value).toBe("unheard");
});

test("who says offline themselves has not lapsed", async () => {
  await presence.start();
  await presence.set("online");
  await presence.set("offline");
  expect(lapse.value).toBeNull();
});

test("the end of a shift is told as such", async () => {
  localStorage.setItem("switchboard.said.ann", "online");
  known = { ...ANN, shift_until: new Date(Date.now() - 1_000).toISOString() };
  await presence.start();
  expect(lapse.value).toBe("shift_over");
});

test("coming back ends the lapse", async () => {
  localStorage.setItem("switchboard.said.ann", "online");
  await presence.start();
  await presence.set("online");
  expect(lapse.value).toBeNull();
});

test("what somebody else said in this browser is not taken for theirs", async () => {
  localStorage.setItem("switchboard.said.ben", "online");
  await presence.start();
  expect(lapse.value).toBeNull();
});

test("who would rather stay offline is not told again", async () => {
  localStorage.setItem("switchboard.said.ann", "online");
  await presence.start();
  presence.accept();
  await soon(60_000);
  expect(lapse.value).toBeNull();
});

test("a lead who answers nobody has no presence, and no heartbeat", async () => {
  const { api, asked } = answering({
    "GET /me": () => {
      throw new Problem(404, "no agent with this sign-in");
    },
  });
  await new Presence(api).start();
  await soon(120_000);
  expect([me.value, asked.length]).toEqual([null, 1]);
});
