/** Choices that come up while one types, over the field: the arrows move in them, Enter or Tab takes one. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export interface Suggestion {
  readonly key: string;
  readonly content: ComponentChildren;
  take(): void;
}

interface Keyed {
  readonly at: number;
  /** Whether it was for the list. */
  press(event: KeyboardEvent): boolean;
}

/** Which one is chosen, and what keys do to it; `subject` names what is suggested, so that another begins at the first. */
export function useSuggestions(found: readonly Suggestion[], subject: string, close: () => void): Keyed {
  const [at, setAt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another subject begins at the first
  useEffect(() => setAt(0), [subject]);
  const press = (event: KeyboardEvent): boolean => {
    if (!found.length || event.isComposing) return false;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) setAt((at + move + found.length) % found.length);
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") found[at]?.take();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { at: Math.min(at, Math.max(0, found.length - 1)), press };
}

interface Props {
  readonly id: string;
  readonly label: string;
  readonly found: readonly Suggestion[];
  readonly at: number;
  /** What is said in place of choices where there are none to be had at all. */
  readonly none?: string | undefined;
}

export function Suggestions({ id, label, found, at, none }: Props) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  if (!found.length) {
    return none ? (
      <p class="suggestions quiet-text" role="status">
        {none}
      </p>
    ) : null;
  }
  return (
    <div class="suggestions" role="listbox" id={id} aria-label={label} ref={list} tabIndex={-1}>
      {found.map((one, n) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
        <div
          key={one.key}
          id={`${id}-${n}`}
          role="option"
          tabIndex={-1}
          aria-selected={n === at}
          onMouseDown={(event) => event.preventDefault()}
          onClick={one.take}
        >
          {one.content}
        </div>
      ))}
    </div>
  );
}
