/** Moving many conversations by hand: a few at a time, each with its own result. One that fails stops no other. */
import { wordsOf } from "../ui/toast";

export type Outcome =
  | { readonly state: "todo" | "doing" | "done" }
  | { readonly state: "failed"; readonly why: string };

const AT_ONCE = 3;

/** Do `act` to each, and tell what became of it; ends when all have an outcome. */
export async function moveAll(
  ids: readonly string[],
  act: (id: string) => Promise<void>,
  tell: (id: string, outcome: Outcome) => void,
  atOnce: number = AT_ONCE,
): Promise<void> {
  const rest = [...ids];
  for (const id of ids) tell(id, { state: "todo" });
  const work = async () => {
    for (let id = rest.shift(); id !== undefined; id = rest.shift()) {
      tell(id, { state: "doing" });
      tell(id, await attempt(act, id));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

async function attempt(act: (id: string) => Promise<void>, id: string): Promise<Outcome> {
  try {
    await act(id);
    return { state: "done" };
  } catch (error) {
    return { state: "failed", why: wordsOf(error) };
  }
}

export interface Tally {
  readonly done: number;
  readonly failed: readonly string[];
  readonly isOver: boolean;
}

/** How far it got. */
export function tallyOf(outcomes: ReadonlyMap<string, Outcome>): Tally {
  const all = [...outcomes];
  const failed = all.filter(([, outcome]) => outcome.state === "failed").map(([id]) => id);
  const done = all.filter(([, outcome]) => outcome.state === "done").length;
  return { done, failed, isOver: done + failed.length === all.length };
}
