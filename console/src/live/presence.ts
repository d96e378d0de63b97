/** Whether one is there. `PUT /me/presence` with `online` every half minute is what keeps an agent at their desk. */
import { signal } from "@preact/signals";
import type { Api } from "../api/client";
import type { Agent } from "../api/types";

/** The signed-in agent as the API knows them; null until it was asked. */
export const me = signal<Agent | null>(null);

const HEARTBEAT = 30_000;

export class Presence {
  private timer = 0;

  constructor(private readonly api: Api) {}

  async start(): Promise<void> {
    me.value = await this.api("GET", "/me");
    this.timer = window.setInterval(() => void this.beat(), HEARTBEAT);
    document.addEventListener("visibilitychange", this.beat);
  }

  stop(): void {
    clearInterval(this.timer);
    document.removeEventListener("visibilitychange", this.beat);
  }

  /** Say online, away or offline. Going offline hands one's work on. */
  async set(presence: Agent["presence"]): Promise<void> {
    me.value = await this.api("PUT", "/me/presence", { body: { presence } });
  }

  /** When one's shift ends; null is no end. */
  async setShift(until: string | null): Promise<void> {
    me.value = await this.api("PUT", "/me/shift", { body: { until } });
  }

  /** Read anew how much room there is. */
  async refresh(): Promise<void> {
    me.value = await this.api("GET", "/me");
  }

  private readonly beat = async (): Promise<void> => {
    try {
      // Somebody may have said away in another tab, or the grace may have run out: that is theirs to change.
      await this.refresh();
      if (me.value?.presence === "online") await this.set("online");
    } catch {
      // made up for by the next one
    }
  };
}
