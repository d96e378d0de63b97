/**
 * Something that is being changed: what it was, what it is to be, and what stands in the way.
 *
 * What is not saved outlives leaving the room, so that nobody loses it by a click; closing the page asks first. If
 * somebody else changed the same meanwhile, both versions are there to choose from, and neither is overwritten.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { Problem } from "../api/client";
import { type FieldErrors, fieldErrors } from "./field-errors";

/** A setting as the API shows it. New ones have no ETag yet. */
export interface Version<T> {
  readonly value: T;
  readonly etag: string | undefined;
}

export interface Source<T> {
  read(): Promise<Version<T>>;
  /** Replace it, if it is still what the ETag is of; throws `Problem` 412 if it isn't. */
  write(value: T, etag: string | undefined): Promise<Version<T>>;
  /** The fields that the API may complain of. */
  readonly fields: readonly string[];
}

export class Edit<T extends object> {
  /** What it is to be; null until it was read. */
  readonly value: ReadonlySignal<T | null>;
  readonly errors = signal<FieldErrors>({ fields: {}, rest: "" });
  /** What somebody else made of it meanwhile. */
  readonly theirs = signal<Version<T> | null>(null);
  readonly isBusy = signal(false);
  /** Why it could not be read. */
  readonly failure = signal<unknown>(null);
  readonly isDirty: ReadonlySignal<boolean>;
  private readonly draft = signal<T | null>(null);
  private readonly base = signal<Version<T> | null>(null);

  constructor(private readonly source: Source<T>) {
    this.value = this.draft;
    this.isDirty = computed(() => !isSame(this.draft.value, this.base.value?.value ?? null));
  }

  /** Read it. What was changed here already stays as it is. */
  async load(): Promise<void> {
    if (this.isDirty.peek()) return;
    try {
      this.settle(await this.source.read());
      this.failure.value = null;
    } catch (error) {
      this.failure.value = error;
    }
  }

  change(part: Partial<T>): void {
    if (this.draft.value) this.draft.value = { ...this.draft.value, ...part };
  }

  discard(): void {
    this.settle(this.base.value);
  }

  /** Returns whether it is saved. Throws what is no refusal, such as a network that fails. */
  async save(): Promise<boolean> {
    const draft = this.draft.peek();
    if (!draft) return false;
    this.isBusy.value = true;
    try {
      this.settle(await this.source.write(draft, this.base.peek()?.etag));
      return true;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 412) await this.compare(draft);
      else this.errors.value = fieldErrors(error.detail, this.source.fields);
      return false;
    } finally {
      this.isBusy.value = false;
    }
  }

  /** Of two versions, what the other one made of it. */
  takeTheirs(): void {
    this.settle(this.theirs.value);
  }

  /** Of two versions, one's own, in place of theirs. */
  async keepMine(): Promise<boolean> {
    this.base.value = this.theirs.value;
    this.theirs.value = null;
    return this.save();
  }

  private async compare(draft: T): Promise<void> {
    const now = await this.source.read();
    if (isSame(now.value, draft)) this.settle(now);
    else this.theirs.value = now;
  }

  private settle(version: Version<T> | null): void {
    this.base.value = version;
    this.draft.value = version?.value ?? null;
    this.theirs.value = null;
    this.errors.value = { fields: {}, rest: "" };
  }
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The fields in which two versions differ. */
export function differing<T extends object>(one: T, other: T): (keyof T)[] {
  return (Object.keys(one) as (keyof T)[]).filter((name) => !isSame(one[name], other[name]));
}

const open = new Map<string, Edit<object>>();

/** The edit of a subject: the one that was left with changes, else a new one. */
export function editOf<T extends object>(subject: string, source: () => Source<T>): Edit<T> {
  for (const [name, known] of open) if (name !== subject && !known.isDirty.peek()) open.delete(name);
  const found = open.get(subject) as Edit<T> | undefined;
  if (found) return found;
  const made = new Edit(source());
  open.set(subject, made as unknown as Edit<object>);
  return made;
}

/** It is no more, or was made: what comes next under this name is new. */
export function closeEdit(subject: string): void {
  open.delete(subject);
}

/** The browser asks before a page is closed with something unsaved. */
export function guardUnsaved(event: BeforeUnloadEvent): void {
  if ([...open.values()].some((edit) => edit.isDirty.peek())) event.preventDefault();
}
