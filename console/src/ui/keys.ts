/**
 * Keyboard shortcuts: one registry, so that no two parts of the page fight for a key and `?` can list them all.
 *
 *     onKeys({ j: { label: texts.next, act: next }, "g i": { label: texts.toInbox, act: toInbox } }, texts.group);
 *
 * What is registered last comes first: a pane's keys hide those of the page around it. Nothing happens while somebody
 * types, with a modifier (but Shift, which makes `?`), or while a dialog is open.
 */
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

export interface Shortcut {
  /** What it does, in the agent's language. */
  readonly label: string;
  act(event: KeyboardEvent): void;
}

/** By key as `KeyboardEvent.key` names it; two keys one after the other stand with a space between. */
export type Shortcuts = Readonly<Record<string, Shortcut>>;

export interface Group {
  readonly label: string;
  readonly shortcuts: Shortcuts;
}

/** All that are in use, the first registered first, each as it is at this moment. */
export const groups = signal<readonly (() => Group)[]>([]);

/** The second key has to follow the first within so many milliseconds. */
const SEQUENCE = 1_500;
let begun: { readonly key: string; readonly at: number } | null = null;

/** Use these keys for as long as the component is shown; `group` is the heading that they are listed under. */
export function onKeys(shortcuts: Shortcuts, group: string): void {
  const newest = useRef<Group>({ label: group, shortcuts });
  newest.current = { label: group, shortcuts };
  useEffect(() => register(() => newest.current), []);
}

/** Use these keys until what is returned is called. */
export function register(group: () => Group): () => void {
  groups.value = [...groups.peek(), group];
  return () => {
    groups.value = groups.peek().filter((other) => other !== group);
  };
}

export function startKeys(): () => void {
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}

function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const earlier = begun && event.timeStamp - begun.at < SEQUENCE ? `${begun.key} ${event.key}` : "";
  begun = null;
  const found = find(earlier) ?? find(event.key);
  if (found) {
    event.preventDefault();
    found.act(event);
  } else if (isBeginning(event.key)) begun = { key: event.key, at: event.timeStamp };
}

function find(key: string): Shortcut | undefined {
  const known = groups.peek().map((group) => group().shortcuts);
  return known.findLast((shortcuts) => Object.hasOwn(shortcuts, key))?.[key];
}

function isBeginning(key: string): boolean {
  return groups.peek().some((group) => Object.keys(group().shortcuts).some((name) => name.startsWith(`${key} `)));
}

const NOT_TYPED_IN = ["checkbox", "radio", "button", "submit", "reset", "range", "file"];

/** Whether what has the focus takes the key itself. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !NOT_TYPED_IN.includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
