/** An API for tests that answers by what it is asked, and remembers that. */
import type { Api } from "../api/client";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

type Answers = Readonly<Record<string, (asked: Asked) => unknown>>;

/** `answering({ "GET /conversations": () => page })`: parts of a path are filled in. What has no answer is an error. */
export function answering(answers: Answers): { readonly api: Api; readonly asked: Asked[] } {
  const all: Asked[] = [];
  const api = (async (method: string, path: string, given: Record<string, unknown> = {}) => {
    const parts = (given.path ?? {}) as Record<string, string>;
    const filled = path.replace(/{(\w+)}/g, (_, name: string) => parts[name] ?? "");
    const asked = { method, path: filled, query: (given.query ?? {}) as Record<string, unknown>, body: given.body };
    all.push(asked);
    const answer = answers[`${method} ${filled}`] ?? answers[`${method} ${path}`];
    if (!answer) throw new Error(`nothing answers ${method} ${filled}`);
    return answer(asked);
  }) as unknown as Api;
  return { api, asked: all };
}
