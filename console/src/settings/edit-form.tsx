/** A form around something that is being changed: saving, what is refused, and what somebody else changed meanwhile. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { lead } from "../i18n/lead";
import { go } from "../router";
import { Unread } from "../ui/room";
import { tell, tellError } from "../ui/toast";
import { differing, type Edit } from "./edit";

interface Props<T extends object> {
  readonly edit: Edit<T>;
  /** Where it is, to come back to it. */
  readonly place: readonly string[];
  /** What a field is called, and how its value reads. */
  readonly nameOf: (field: keyof T) => string;
  readonly show: (field: keyof T, value: T) => string;
  readonly onSaved?: (() => void) | undefined;
  readonly saveText?: string;
  /** What is said once it is done. */
  readonly savedText?: string;
  /** More buttons, beside that which saves. */
  readonly buttons?: ComponentChildren;
  /** The fields, of what it is to be. */
  readonly children: (value: T) => ComponentChildren;
}

/** Where one goes on after a refusal: at what somebody else did, else at the first mistake. */
const WRONG = ".notice button, [aria-invalid=true], .problem";

export function EditForm<T extends object>(props: Props<T>) {
  const { edit, place } = props;
  const value = edit.value.value;
  useLeaving(edit, place);
  useEffect(() => void edit.load(), [edit]);
  const form = useRef<HTMLFormElement>(null);
  const done = (isSaved: boolean) => {
    if (!isSaved) return void requestAnimationFrame(() => form.current?.querySelector<HTMLElement>(WRONG)?.focus());
    tell(props.savedText ?? lead.value.done);
    props.onSaved?.();
  };
  const save = (saving: Promise<boolean>) => void saving.then(done, tellError);
  if (!value) return <Unread error={edit.failure.value} onRetry={() => void edit.load()} />;
  return (
    <form
      ref={form}
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save(edit.save());
      }}
    >
      <Conflict {...props} mine={value} onKeep={() => save(edit.keepMine())} />
      {props.children(value)}
      <Buttons {...props} />
    </form>
  );
}

function Buttons<T extends object>({ edit, saveText, buttons }: Props<T>) {
  const texts = lead.value.settings;
  const isDirty = edit.isDirty.value;
  const { rest } = edit.errors.value;
  return (
    <>
      {rest && (
        <p class="problem" role="alert">
          {rest}
        </p>
      )}
      <div class="form-buttons">
        <button type="submit" class="primary" disabled={edit.isBusy.value || !isDirty}>
          {saveText ?? texts.save}
        </button>
        {isDirty && (
          <button type="button" onClick={() => edit.discard()}>
            {texts.discard}
          </button>
        )}
        {buttons}
        <span class="quiet-text" role="status">
          {isDirty ? texts.unsaved : ""}
        </span>
      </div>
    </>
  );
}

function Conflict<T extends object>({ edit, mine, nameOf, show, onKeep }: Props<T> & { mine: T; onKeep: () => void }) {
  const texts = lead.value.settings.conflict;
  const theirs = edit.theirs.value;
  if (!theirs) return null;
  return (
    <section class="notice" role="alert">
      <p>{texts.told}</p>
      <dl>
        <dt />
        <dd>
          <strong>{texts.theirs}</strong>
        </dd>
        <dd>
          <strong>{texts.mine}</strong>
        </dd>
        {differing(theirs.value, mine).map((field) => [
          <dt key={`${String(field)}-name`}>{nameOf(field)}</dt>,
          <dd key={`${String(field)}-theirs`}>{show(field, theirs.value) || "–"}</dd>,
          <dd key={`${String(field)}-mine`}>{show(field, mine) || "–"}</dd>,
        ])}
      </dl>
      <div class="form-buttons">
        <button type="button" onClick={() => edit.takeTheirs()}>
          {texts.takeTheirs}
        </button>
        <button type="button" class="primary" disabled={edit.isBusy.value} onClick={onKeep}>
          {texts.keepMine}
        </button>
      </div>
    </section>
  );
}

/** Whoever leaves with something unsaved is told that it is kept, and how to get back to it. */
function useLeaving<T extends object>(edit: Edit<T>, place: readonly string[]): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: of one edit there is one place
  useEffect(
    () => () => {
      if (!edit.isDirty.peek()) return;
      const texts = lead.value.settings;
      tell(texts.leftUnsaved, { label: texts.goBack, act: () => go(...place) }, 10);
    },
    [edit],
  );
}
