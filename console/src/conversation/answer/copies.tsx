/** Of mail: its subject, and who gets a copy of the answer. */
import { useState } from "preact/hooks";
import type { Timeline } from "../../api/types";
import { t } from "../../i18n";
import { room } from "../room";

export function MailLines({ shown }: { readonly shown: Timeline }) {
  const texts = t.value.conversation.answer;
  const { drafts } = room();
  const id = shown.conversation_id;
  const { cc } = drafts.of(id).value;
  const [typed, setTyped] = useState<string | null>(null);
  const before = copiedBefore(shown);
  const isOpen = cc !== null || typed !== null;
  return (
    <div class="mail-lines">
      <span class="quiet-text">
        {texts.subject}: {shown.subject}
      </span>
      {!isOpen && (
        <>
          {before.length > 0 && <span class="quiet-text">{`${texts.copies}: ${before.join(", ")}`}</span>}
          <button type="button" class="small quiet" onClick={() => setTyped(before.join(", "))}>
            {texts.copiesEdit}
          </button>
        </>
      )}
      {isOpen && (
        <label>
          {texts.copies}{" "}
          <input
            type="text"
            autocomplete="off"
            placeholder={texts.copiesHint}
            value={typed ?? cc?.join(", ") ?? ""}
            onInput={({ currentTarget }) => {
              setTyped(currentTarget.value);
              drafts.change(id, { cc: addressesIn(currentTarget.value) });
            }}
          />
          <button
            type="button"
            class="small quiet"
            onClick={() => {
              setTyped(null);
              drafts.change(id, { cc: null });
            }}
          >
            {texts.copiesReset}
          </button>
        </label>
      )}
    </div>
  );
}

/** Who had a copy of what the customer wrote last. */
function copiedBefore({ messages }: Timeline): string[] {
  const heard = messages.findLast(({ direction }) => direction === "inbound");
  return heard?.cc.map(({ address }) => address) ?? [];
}

/** Addresses of a line, separated by commas, semicolons or spaces. */
export function addressesIn(line: string): string[] {
  return [...new Set(line.split(/[\s,;]+/).filter(Boolean))];
}
