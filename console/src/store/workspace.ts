/** What there is to choose from (queues, accounts, channels, skills), who one is, and what colleagues are called. */
import { computed, signal } from "@preact/signals";
import type { Api } from "../api/client";
import type { Colleague, Workspace } from "../api/types";

/** Null until it was read. */
export const workspace = signal<Workspace | null>(null);
/** Whoever is in one of the caller's queues; a lead's are all. */
export const colleagues = signal<readonly Colleague[]>([]);

/** Whether one sees the rooms of team leads. The API decides; this only hides what it would refuse. */
export const isLead = computed(() => workspace.value?.me.role === "lead");

const names = computed(() => new Map(colleagues.value.map(({ agent_id, name }) => [agent_id, name])));

/** What somebody is called; of whoever is no colleague only the id is known. */
export function nameOf(agentId: string): string {
  const me = workspace.value?.me;
  return names.value.get(agentId) ?? (me?.agent_id === agentId ? me.name : null) ?? agentId;
}

let reading: Promise<Workspace> | null = null;

/** Read it, once at a time; what failed is read when it is next asked for. */
export function readWorkspace(api: Api): Promise<Workspace> {
  reading ??= api("GET", "/workspace")
    .then((found) => {
      workspace.value = found;
      return found;
    })
    .finally(() => {
      reading = null;
    });
  return reading;
}

/** All pages; what was known stays until the last of them is there. */
export async function readColleagues(api: Api): Promise<void> {
  const read: Colleague[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: readonly Colleague[]; cursor: string | null } = await api("GET", "/colleagues", {
      query: { limit: 100, ...(cursor ? { cursor } : {}) },
    });
    read.push(...page.items);
    cursor = page.cursor;
  } while (cursor);
  colleagues.value = read;
}
