/** A list of settings and the like, read page by page as somebody asks for more. */
import { computed, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";

export interface Page<T> {
  readonly items: readonly T[];
  readonly cursor: string | null;
}
export type ReadPage<T> = (cursor: string | undefined) => Promise<Page<T>>;

/** Pages that a filter left empty are passed over, so many at a time. */
const EMPTY_AT_ONCE = 10;

export class Pages<T> {
  readonly items = signal<readonly T[]>([]);
  readonly state = signal<"loading" | "ready" | "failed">("loading");
  readonly error = signal<unknown>(null);
  readonly hasMore = computed(() => this.cursor.value !== null);
  private readonly cursor = signal<string | null>(null);
  private turn = 0;

  constructor(private readonly read: ReadPage<T>) {}

  /** Read from the beginning; what is shown stays until then. */
  async load(): Promise<void> {
    await this.next(undefined, []);
  }

  async more(): Promise<void> {
    if (this.cursor.value !== null && this.state.value !== "loading") {
      await this.next(this.cursor.value, this.items.value);
    }
  }

  /** Read all there are, for a list that is searched as a whole. */
  async all(): Promise<void> {
    await this.load();
    while (this.hasMore.value && this.state.value === "ready") await this.more();
  }

  /** What an action made of one of them. */
  replace(is: (item: T) => boolean, now: T | null): void {
    this.items.value = this.items.value.flatMap((item) => (is(item) ? (now === null ? [] : [now]) : [item]));
  }

  private async next(from: string | undefined, before: readonly T[]): Promise<void> {
    const turn = ++this.turn;
    this.state.value = "loading";
    try {
      let page = await this.read(from);
      for (let n = 0; n < EMPTY_AT_ONCE && !page.items.length && page.cursor !== null; n++) {
        page = await this.read(page.cursor);
      }
      if (turn !== this.turn) return;
      this.items.value = [...before, ...page.items];
      this.cursor.value = page.cursor;
      this.state.value = "ready";
    } catch (error) {
      if (turn !== this.turn) return;
      this.error.value = error;
      this.state.value = "failed";
    }
  }
}

/** The list of `subject`, read now. */
export function usePages<T>(read: ReadPage<T>, subject: string, isWhole = false): Pages<T> {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is read depends on its subject only
  const made = useMemo(() => new Pages(read), [subject]);
  useEffect(() => void (isWhole ? made.all() : made.load()), [made, isWhole]);
  return made;
}
