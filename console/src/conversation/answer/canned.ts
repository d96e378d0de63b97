/** Canned responses as they read in one conversation: read when somebody first asks for them. */
import { signal } from "@preact/signals";
import type { components } from "../../api/schema";
import { desk } from "../../desk";

export type Canned = components["schemas"]["FilledView"];

/** What is shown of one conversation; another one's are read anew, since their names and times differ. */
export const canned = signal<{
  readonly id: string;
  readonly items: readonly Canned[] | null;
  readonly hasFailed: boolean;
}>({
  id: "",
  items: null,
  hasFailed: false,
});

export async function readCanned(id: string): Promise<void> {
  if (canned.peek().id === id && !canned.peek().hasFailed) return;
  canned.value = { id, items: null, hasFailed: false };
  try {
    const items: Canned[] = [];
    let cursor: string | null = null;
    do {
      const page: { items: readonly Canned[]; cursor: string | null } = await desk().api(
        "GET",
        "/conversations/{conversation_id}/canned",
        { path: { conversation_id: id }, query: cursor ? { cursor } : {} },
      );
      items.push(...page.items);
      cursor = page.cursor;
    } while (cursor);
    if (canned.peek().id === id) canned.value = { id, items, hasFailed: false };
  } catch {
    if (canned.peek().id === id) canned.value = { id, items: null, hasFailed: true };
  }
}

/** A shortcut that is being written: a slash at the beginning or after a space, and what follows so far. */
export function shortcutAt(text: string, caret: number): { readonly from: number; readonly query: string } | null {
  const found = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u.exec(text.slice(0, caret));
  return found?.[1] === undefined ? null : { from: caret - found[1].length - 1, query: found[1] };
}

/** Those that fit: by shortcut first, then by title, then by their words. */
export function fitting(items: readonly Canned[], query: string): Canned[] {
  const wanted = query.trim().toLowerCase();
  const rank = ({ shortcut, title, text }: Canned) =>
    [
      shortcut.toLowerCase().startsWith(wanted),
      title.toLowerCase().includes(wanted),
      text.toLowerCase().includes(wanted),
    ].indexOf(true);
  return items
    .filter((item) => rank(item) >= 0)
    .sort((a, b) => rank(a) - rank(b) || a.shortcut.localeCompare(b.shortcut));
}
