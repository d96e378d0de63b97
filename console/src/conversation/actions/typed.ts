/** What was typed into a dialog of a conversation: there again when it is opened anew, until the dialog has done its work. */
import { useState } from "preact/hooks";
import type { DialogName } from "./open";

interface Typed {
  readonly words: Readonly<Record<string, string>>;
  type(field: string, words: string): void;
  /** The dialog did its work: the next one begins empty. */
  forget(): void;
}

const kept = new Map<string, Readonly<Record<string, string>>>();

export function useTyped(name: DialogName, conversationId: string): Typed {
  const place = `${name} ${conversationId}`;
  const [words, setWords] = useState(kept.get(place) ?? {});
  return {
    words,
    type(field, changed) {
      const all = { ...words, [field]: changed };
      kept.set(place, all);
      setWords(all);
    },
    forget: () => void kept.delete(place),
  };
}
