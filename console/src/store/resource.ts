/** Something read from the API for as long as it is shown: what it was stays shown until what it is has come. */
import type { ReadonlySignal } from "@preact/signals";
import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";

export interface Resource<T> {
  readonly value: ReadonlySignal<T | null>;
  /** Why the newest reading failed. */
  readonly error: ReadonlySignal<unknown>;
  reload(): Promise<void>;
  /** What an action answered is what it is now. */
  take(value: T): void;
}

export function makeResource<T>(read: () => Promise<T>): Resource<T> {
  const value = signal<T | null>(null);
  const error = signal<unknown>(null);
  let turn = 0;
  return {
    value,
    error,
    async reload() {
      const mine = ++turn;
      try {
        const found = await read();
        if (mine !== turn) return;
        value.value = found;
        error.value = null;
      } catch (failed) {
        if (mine === turn) error.value = failed;
      }
    },
    take(given) {
      turn++;
      value.value = given;
      error.value = null;
    },
  };
}

/** Read it now, and anew where `subject`, what it is of, is another. */
export function useResource<T>(read: () => Promise<T>, subject: string): Resource<T> {
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is read depends on its subject only
  const made = useMemo(() => makeResource(read), [subject]);
  useEffect(() => void made.reload(), [made]);
  return made;
}
