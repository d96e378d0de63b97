/** Everybody who answers in a queue: who is there first, then who has room. */
import type { Api } from "../api/client";
import type { Agent } from "../api/types";

const PAGE = 100;
/** More than these are not shown: nobody looks through thousands. */
const MOST_PAGES = 20;

export async function readTeam(api: Api, queue: string): Promise<readonly Agent[]> {
  const agents: Agent[] = [];
  let cursor: string | null | undefined;
  for (let n = 0; n < MOST_PAGES && cursor !== null; n++) {
    const query = { limit: PAGE, ...(cursor ? { cursor } : {}) };
    const page = await api("GET", "/queues/{queue}/agents", { path: { queue }, query });
    agents.push(...page.items);
    cursor = page.cursor;
  }
  return agents.sort(byPresence);
}

const PRESENCES = ["online", "away", "offline"];

function byPresence(one: Agent, other: Agent): number {
  const order = PRESENCES.indexOf(one.presence) - PRESENCES.indexOf(other.presence);
  return order || other.free - one.free || one.name.localeCompare(other.name);
}

/** A small team is read often; a large one less, since it takes a request per hundred. */
export function paceOf(size: number): { soonest: number; latest: number } {
  return size <= PAGE ? { soonest: 4_000, latest: 10_000 } : { soonest: 20_000, latest: 30_000 };
}

/** Those whose name has all of the words' letters in it, in any case. */
export function named<T extends { readonly name: string }>(agents: readonly T[], words: string): readonly T[] {
  const wanted = words.trim().toLocaleLowerCase();
  return wanted ? agents.filter((agent) => agent.name.toLocaleLowerCase().includes(wanted)) : agents;
}

export interface Load {
  readonly taken: number;
  readonly units: number;
  /** Percents of the bar: full where a person gave more than fits. */
  readonly percent: number;
  readonly isOver: boolean;
}

export function loadOf(agent: Pick<Agent, "units" | "free">): Load {
  const taken = agent.units - agent.free;
  const percent = agent.units ? Math.min(100, Math.max(0, (100 * taken) / agent.units)) : 0;
  return { taken, units: agent.units, percent, isOver: agent.free < 0 };
}
