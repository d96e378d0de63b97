/** What was found for words or a customer: read page by page, since the API looks at a few conversations at a time. */
import { batch, computed, signal } from "@preact/signals";
import type { Api } from "../api/client";
import { keep } from "./conversations";
import type { Filters, ListState, Rows } from "./list";

export interface Sought {
  readonly by: "text" | "customer";
  readonly words: string;
  readonly filters: Filters;
}

/** Pages may be empty and not the last: so many are read before the agent is asked whether to look further. */
const AT_ONCE = 6;

export class Search implements Rows {
  readonly ids = signal<readonly string[]>([]);
  readonly state = signal<ListState>("empty");
  readonly error = signal<unknown>(null);
  readonly arrived = signal<readonly string[]>([]);
  readonly hasMore = computed(() => this.cursor.value !== null);
  private readonly cursor = signal<string | null>(null);

  constructor(
    private readonly api: Api,
    readonly sought: Sought,
  ) {}

  async load(): Promise<void> {
    this.cursor.value = null;
    await this.read([]);
  }

  async more(): Promise<void> {
    if (this.state.peek() === "loading" || this.cursor.peek() === null) return;
    await this.read(this.ids.peek());
  }

  async again(): Promise<void> {
    await this.read(this.ids.peek());
  }

  seen(): void {
    // nothing comes in by itself
  }

  private async read(before: readonly string[]): Promise<void> {
    this.state.value = "loading";
    try {
      const found: string[] = [];
      for (let n = 0; n < AT_ONCE && !found.length; n++) {
        found.push(...(await this.page()));
        if (this.cursor.peek() === null) break;
      }
      batch(() => {
        this.ids.value = [...new Set([...before, ...found])];
        this.state.value = "ready";
        this.error.value = null;
      });
    } catch (error) {
      this.error.value = error;
      this.state.value = "failed";
    }
  }

  private async page(): Promise<string[]> {
    const { by, words, filters } = this.sought;
    const { queue, channel, status } = filters;
    const cursor = this.cursor.peek();
    const body = {
      [by]: words,
      limit: 50,
      ...(queue ? { queue } : {}),
      ...(channel ? { channel } : {}),
      ...(status ? { status } : {}),
      ...(cursor ? { cursor } : {}),
    };
    const page = await this.api("POST", "/search", { body });
    this.cursor.value = page.cursor;
    return page.items.map((shown) => keep(shown).peek().conversation_id);
  }
}

/** Addresses and numbers are a customer's; anything else is words. */
export function guess(words: string): Sought["by"] {
  return /^\S+@\S+$|^\+?[\d\s()./-]{6,}$/.test(words.trim()) ? "customer" : "text";
}
