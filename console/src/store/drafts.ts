/**
 * What somebody has begun to write, per conversation: kept in this browser with every letter, so that it outlives a
 * reload, a crash and a sign-out. Each agent has their own.
 */
import { type Signal, signal } from "@preact/signals";

export type Mode = "answer" | "note";

/** A file that lies with the API and goes with the answer. */
export interface Enclosed {
  readonly uploadId: string;
  readonly filename: string;
  readonly contentType: string;
  readonly size: number;
}

export interface Draft {
  readonly mode: Mode;
  readonly answer: string;
  readonly note: string;
  /** Who gets a copy of a mail; null is whoever had one before. */
  readonly cc: readonly string[] | null;
  readonly files: readonly Enclosed[];
  /** When it was last changed, in milliseconds; 0 is never. */
  readonly at: number;
}

export const EMPTY: Draft = { mode: "answer", answer: "", note: "", cc: null, files: [], at: 0 };

const PREFIX = "switchboard.draft.";
/** What nobody has touched for so long is forgotten. */
const LIVES = 30 * 86_400_000;

export class Drafts {
  private readonly known = new Map<string, Signal<Draft>>();
  private readonly prefix: string;

  constructor(
    agentId: string,
    private readonly storage: Storage = localStorage,
    private readonly now: () => number = Date.now,
  ) {
    this.prefix = `${PREFIX}${agentId}.`;
    this.forgetOld();
    addEventListener("storage", this.hear);
  }

  stop(): void {
    removeEventListener("storage", this.hear);
  }

  /** The draft of a conversation, the same signal each time. */
  of(id: string): Signal<Draft> {
    const found = this.known.get(id) ?? signal(this.read(this.prefix + id) ?? EMPTY);
    this.known.set(id, found);
    return found;
  }

  change(id: string, changed: Partial<Omit<Draft, "at">>): void {
    const draft = this.of(id);
    draft.value = { ...draft.value, ...changed, at: this.now() };
    this.write(id, draft.value);
  }

  /** Take an answer out, because it goes. The other mode's words stay. */
  clear(id: string, mode: Mode): void {
    this.change(id, mode === "note" ? { note: "" } : { answer: "", cc: null, files: [] });
  }

  /** Put back what did not go, before what was written meanwhile. */
  restore(id: string, mode: Mode, text: string, rest: Partial<Pick<Draft, "cc" | "files">> = {}): void {
    const now = this.of(id).value;
    const joined = [text, now[mode]].filter(Boolean).join("\n\n");
    const files = [...(rest.files ?? []), ...now.files];
    this.change(id, { mode, [mode]: joined, ...(mode === "answer" ? { cc: rest.cc ?? now.cc, files } : {}) });
  }

  /** Whether something is begun that has not gone. */
  has(id: string): boolean {
    const { answer, note, files } = this.of(id).value;
    return Boolean(answer.trim() || note.trim() || files.length);
  }

  private write(id: string, draft: Draft): void {
    try {
      if (this.has(id)) this.storage.setItem(this.prefix + id, JSON.stringify(draft));
      else this.storage.removeItem(this.prefix + id);
    } catch {
      // the browser has no room: it stays in the page
    }
  }

  private read(key: string): Draft | null {
    try {
      const kept = this.storage.getItem(key);
      return kept ? { ...EMPTY, ...(JSON.parse(kept) as Partial<Draft>) } : null;
    } catch {
      return null;
    }
  }

  private forgetOld(): void {
    const keys = Array.from({ length: this.storage.length }, (_, n) => this.storage.key(n) ?? "");
    for (const key of keys.filter((key) => key.startsWith(PREFIX))) {
      const draft = this.read(key);
      if (!draft || draft.at < this.now() - LIVES) this.storage.removeItem(key);
    }
  }

  /** The same agent writes in another tab. */
  private readonly hear = ({ key }: StorageEvent): void => {
    if (!key?.startsWith(this.prefix)) return;
    const draft = this.known.get(key.slice(this.prefix.length));
    if (draft) draft.value = this.read(key) ?? { ...EMPTY, mode: draft.value.mode };
  };
}
