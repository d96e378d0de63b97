/** How much there is in the views: what is one's own, what of it is unread, and what waits in one's queues. */
import { computed, signal } from "@preact/signals";
import type { Api } from "../api/client";
import { conversation } from "./conversations";
import type { List } from "./list";

/** Lines are counted up to a hundred by the API: beyond it there is more. */
export interface Count {
  readonly count: number;
  readonly isMore: boolean;
}

const SOON = 1_500;

export class Counts {
  readonly mine = computed(() => this.own.ids.value.length);
  readonly unread = computed(() => this.own.ids.value.filter((id) => conversation(id)?.value.unread).length);
  readonly waiting = signal<Count | null>(null);
  private timer = 0;

  constructor(
    private readonly api: Api,
    private readonly own: List,
  ) {}

  /** Something moved in a queue: count in a moment, once for all that moves until then. */
  refreshSoon(): void {
    this.timer ||= window.setTimeout(() => void this.refresh(), SOON);
  }

  async refresh(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = 0;
    try {
      const { items } = await this.api("GET", "/queues");
      const lines = items.flatMap(({ waiting }) => waiting);
      const count = lines.reduce((sum, line) => sum + line.count, 0);
      this.waiting.value = { count, isMore: lines.some(({ is_more }) => is_more) };
    } catch {
      // the count stays what it was
    }
  }
}
