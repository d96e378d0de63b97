/**
 * Whether one is there. `PUT /me/presence` with `online` every half minute is what keeps an agent at their desk.
 *
 * What is said here and in other tabs goes one after the other (Web Locks): a heartbeat that was on its way when the
 * agent said "away" must not bring them back.
 */
import { signal } from "@preact/signals";
import { type Api, Problem } from "../api/client";
import type { Agent } from "../api/types";
import { isSignedOut } from "../session/session";

type Said = Agent["presence"];

/** The signed-in agent as the API knows them; null until it was asked, and for leads who answer nobody. */
export const me = signal<Agent | null>(null);
/** They said online, and the API has them for offline: no heartbeat reached it in time, or their shift is over. */
export const lapse = signal<"unheard" | "shift_over" | null>(null);

const HEARTBEAT = 30_000;
const LOCK = "switchboard.presence";
/** What each agent said last in this browser. */
const saidBy = (agentId: string) => `switchboard.said.${agentId}`;

export class Presence {
  private timer = 0;
  private soon = 0;

  constructor(private readonly api: Api) {}

  async start(): Promise<void> {
    try {
      this.learn(await this.api("GET", "/me"));
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return; // a lead who answers nobody
      throw error;
    }
    this.timer = window.setInterval(() => void this.beat(), HEARTBEAT);
    document.addEventListener("visibilitychange", this.look);
  }

  stop(): void {
    clearInterval(this.timer);
    clearTimeout(this.soon);
    document.removeEventListener("visibilitychange", this.look);
  }

  /** Say online, away or offline. Going offline hands one's work on. */
  async set(presence: Said): Promise<void> {
    await alone(async () => {
      const agent = await this.api("PUT", "/me/presence", { body: { presence } });
      localStorage.setItem(saidBy(agent.agent_id), agent.presence);
      this.learn(agent);
    });
  }

  /** When one's shift ends; null is no end. */
  async setShift(until: string | null): Promise<void> {
    await alone(async () => this.learn(await this.api("PUT", "/me/shift", { body: { until } })));
  }

  /** Read anew how much room there is. */
  async refresh(): Promise<void> {
    this.learn(await this.api("GET", "/me"));
  }

  /** Something of one's own changed: so has the room, perhaps. */
  refreshSoon(): void {
    if (!me.peek()) return;
    clearTimeout(this.soon);
    this.soon = window.setTimeout(() => void this.refresh().catch(() => undefined), 800);
  }

  /** The agent has seen that they are offline. */
  accept(): void {
    const agent = me.peek();
    if (agent) localStorage.setItem(saidBy(agent.agent_id), "offline");
    lapse.value = null;
  }

  private learn(agent: Agent): void {
    const said = localStorage.getItem(saidBy(agent.agent_id));
    if (agent.presence === "offline" && said !== null && said !== "offline") {
      const isOver = agent.shift_until !== null && Date.parse(agent.shift_until) <= Date.now();
      lapse.value = isOver ? "shift_over" : "unheard";
    } else lapse.value = null;
    if (agent.presence !== "offline") localStorage.setItem(saidBy(agent.agent_id), agent.presence);
    me.value = agent;
  }

  private readonly look = (): void => {
    if (document.visibilityState === "visible") void this.beat();
  };

  private readonly beat = async (): Promise<void> => {
    if (isSignedOut.peek()) return;
    try {
      await alone(async () => {
        // Somebody may have said away elsewhere, or the grace may have run out: that is theirs to change.
        await this.refresh();
        if (me.peek()?.presence === "online") {
          this.learn(await this.api("PUT", "/me/presence", { body: { presence: "online" } }));
        }
      });
    } catch {
      // made up for by the next one
    }
  };
}

async function alone(act: () => Promise<void>): Promise<void> {
  await navigator.locks.request(LOCK, act);
}
