/** Colleagues who are named in a note, as `@Ann Novak`: where one is being written, and who is meant in the end. */

export interface Named {
  readonly agent_id: string;
  readonly name: string;
}

/** A name that is being written: where its @ stands, and what follows so far. */
export interface Mention {
  readonly from: number;
  readonly query: string;
}

/** What is being written before the caret, if it may become somebody's name: at most three words after an @. */
export function mentionAt(text: string, caret: number): Mention | null {
  const found = /(?:^|[\s(])@((?:[^\s@]+ ?){0,3})$/u.exec(text.slice(0, caret));
  const query = found?.[1];
  return query === undefined || query.endsWith("  ") ? null : { from: caret - query.length - 1, query };
}

/** Who may be meant, those first whose name begins so. */
export function matching<T extends Named>(query: string, colleagues: readonly T[]): T[] {
  const wanted = fold(query.trim());
  const rank = ({ name }: T) => {
    const words = fold(name);
    return words.startsWith(wanted) ? 0 : words.split(" ").some((word) => word.startsWith(wanted)) ? 1 : 2;
  };
  return colleagues.filter((one) => rank(one) < 2).sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** The text with the name written out, and where the caret goes. */
export function complete(text: string, mention: Mention, caret: number, name: string): { text: string; caret: number } {
  const written = `${text.slice(0, mention.from)}@${name} `;
  return { text: written + text.slice(caret).replace(/^ /, ""), caret: written.length };
}

/** Ids of everybody named in a text, each once; where one name begins with another, the longer one is meant. */
export function mentionsIn(text: string, colleagues: readonly Named[]): string[] {
  const byLength = [...colleagues].sort((a, b) => b.name.length - a.name.length);
  const found = new Set<string>();
  for (const at of text.matchAll(/(?<![\p{L}\p{N}])@/gu)) {
    const rest = text.slice(at.index + 1);
    const meant = byLength.find(({ name }) => rest.startsWith(name) && !/^[\p{L}\p{N}]/u.test(rest.slice(name.length)));
    if (meant) found.add(meant.agent_id);
  }
  return [...found];
}

function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}
