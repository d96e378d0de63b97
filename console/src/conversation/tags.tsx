/** The tags of a conversation: each can be taken away, and another added. */
import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Timeline } from "../api/types";
import { t } from "../i18n";
import { CloseIcon, PlusIcon } from "../ui/icons";
import { tag } from "./actions/do";
import { editTags } from "./actions/keys";

export function Tags({ shown }: { readonly shown: Timeline }) {
  const texts = t.value.conversation.tags;
  const [isAdding, setAdding] = useState(false);
  const [typed, setTyped] = useState("");
  const field = useRef<HTMLInputElement>(null);
  const seen = useRef(editTags.peek());
  useSignalEffect(() => {
    if (editTags.value === seen.current) return;
    seen.current = editTags.value;
    setAdding(true);
  });
  useEffect(() => {
    if (isAdding) field.current?.focus();
  }, [isAdding]);
  const add = async () => {
    const added = typed.trim();
    if (added && !shown.tags.includes(added) && !(await tag(shown, [...shown.tags, added]))) return;
    setTyped("");
    if (!added) setAdding(false);
  };
  return (
    <ul class="tags" aria-label={texts.label}>
      {shown.tags.map((name) => (
        <li class="tag" key={name}>
          {name}
          <button
            type="button"
            aria-label={texts.remove(name)}
            onClick={() =>
              void tag(
                shown,
                shown.tags.filter((other) => other !== name),
              )
            }
          >
            <CloseIcon />
          </button>
        </li>
      ))}
      <li>
        {isAdding ? (
          <input
            ref={field}
            class="tag-field"
            type="text"
            maxLength={40}
            aria-label={texts.add}
            placeholder={texts.hint}
            value={typed}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
            onBlur={() => !typed && setAdding(false)}
            onKeyDown={(event) => {
              if (event.key === "Enter") void add();
              else if (event.key === "Escape") setAdding(false);
            }}
          />
        ) : (
          <button
            type="button"
            class="tag add"
            aria-label={texts.add}
            title={texts.add}
            onClick={() => setAdding(true)}
          >
            <PlusIcon />
          </button>
        )}
      </li>
    </ul>
  );
}
