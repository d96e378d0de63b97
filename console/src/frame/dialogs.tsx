/** The frame's dialogs, one at a time, outside of what opens them; each is loaded when it is first asked for. */
import { signal } from "@preact/signals";
import { lazy } from "../ui/lazy";

const DIALOGS = {
  keys: lazy(() => import("./keys-dialog")),
  shift: lazy(() => import("./shift-dialog")),
  leave: lazy(() => import("./leave-dialog")),
} as const;

const asked = signal<keyof typeof DIALOGS | null>(null);

export function ask(dialog: keyof typeof DIALOGS): void {
  asked.value = dialog;
}

export function Dialogs() {
  if (!asked.value) return null;
  const Asked = DIALOGS[asked.value];
  return (
    <Asked
      onClose={() => {
        asked.value = null;
      }}
    />
  );
}
