/** Begins a conversation with a customer who has not written: a button for the inbox, and a key. */
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { PlusIcon } from "../ui/icons";
import { onKeys } from "../ui/keys";
import { lazy } from "../ui/lazy";

const StartForm = lazy(() => import("./actions/start"));

export function StartButton() {
  const label = t.value.conversation.start.title;
  const [isOpen, setOpen] = useState(false);
  onKeys({ c: { label, act: () => setOpen(true) } }, t.value.conversation.keys);
  return (
    <>
      <button
        type="button"
        class="quiet icon-button"
        aria-label={label}
        title={`${label} (c)`}
        onClick={() => setOpen(true)}
      >
        <PlusIcon />
      </button>
      {isOpen && <StartForm onClose={() => setOpen(false)} />}
    </>
  );
}
