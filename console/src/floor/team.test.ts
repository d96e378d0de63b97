import { expect, test, vi } from "vitest";
import type { Api } from "../api/client";
import type { Agent } from "../api/types";
import { loadOf, named, readTeam } from "./team";

function agent(name: string, more: Partial<Agent> = {}): Agent {
  return {
    agent_id: name,
    name,
    queues: ["support"],
    skills: [],
    units: 3,
    free: 3,
    held: {},
    caps: {},
    presence: "online",
    heartbeat_by: null,
    shift_until: null,
    ...more,
  };
}

function pages(...found: (readonly Agent[])[]): Api {
  let n = 0;
  return vi.fn(async () => ({ items: found[n++], cursor: n < found.length ? String(n) : null })) as unknown as Api;
}

test("all pages of a team are read", async () => {
  const team = await readTeam(pages([agent("Ann")], [agent("Ben")], [agent("Cho")]), "support");
  expect(team.map((one) => one.name)).toEqual(["Ann", "Ben", "Cho"]);
});

test("who is there stands first, and of those who has most room", async () => {
  const asked = pages([
    agent("Off", { presence: "offline" }),
    agent("Full", { free: 0 }),
    agent("Away", { presence: "away" }),
    agent("Free"),
  ]);
  expect((await readTeam(asked, "support")).map((one) => one.name)).toEqual(["Free", "Full", "Away", "Off"]);
});

test("an agent is found by a part of the name in any case", () => {
  expect(named([agent("Ann Novak"), agent("Ben Ortiz")], "ORT").map((one) => one.name)).toEqual(["Ben Ortiz"]);
});

test("an agent with more than fits has a full bar and says so", () => {
  expect(loadOf({ units: 3, free: -1 })).toEqual({ taken: 4, units: 3, percent: 100, isOver: true });
});
