/** Short messages at the edge, announced to screen readers; one may offer to undo what it says. */
import { signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Offline } from "../api/client";
import { t } from "../i18n";
import { onKeys } from "./keys";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly action?: { readonly label: string; act(): void };
}

const shown = signal<readonly Toast[]>([]);
let counted = 0;

/** Show a message for some seconds; returns what takes it away earlier. */
export function tell(text: string, action?: Toast["action"], seconds = 6): () => void {
  const id = ++counted;
  shown.value = [...shown.value, { id, text, ...(action ? { action } : {}) }];
  const drop = () => remove(id);
  setTimeout(drop, seconds * 1000);
  return drop;
}

function remove(id: number): void {
  shown.value = shown.value.filter((toast) => toast.id !== id);
}

/** As on a page that has just been opened. */
export function removeAll(): void {
  shown.value = [];
}

function take({ id, action }: Toast): void {
  remove(id);
  action?.act();
}

/** Why something did not work: the API's own words, or that nobody answered. */
export function wordsOf(error: unknown): string {
  if (error instanceof Offline) return t.value.shell.offlineShort;
  return error instanceof Error ? error.message : String(error);
}

export function tellError(error: unknown): void {
  tell(t.value.shell.failed(wordsOf(error)), undefined, 10);
}

export function Toasts() {
  const before = useRef<EventTarget | null>(null);
  const { keys, undo } = t.value.shell;
  const isUndo = ({ action }: Toast) => action?.label === undo;
  onKeys(
    {
      Z: {
        label: keys.undo,
        act: () => {
          const toast = shown.peek().findLast(isUndo);
          if (toast) take(toast);
        },
      },
    },
    keys.everywhere,
  );
  return (
    <div
      class="toasts"
      role="status"
      onFocusIn={({ relatedTarget }) => {
        before.current = relatedTarget;
      }}
    >
      {shown.value.map((toast) => (
        <div class="toast" key={toast.id}>
          <span>{toast.text}</span>
          {toast.action && (
            <button
              type="button"
              title={isUndo(toast) ? "⇧Z" : undefined}
              onClick={() => {
                take(toast);
                focusOn(before.current);
              }}
            >
              {toast.action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}

/** The button goes with its message: one goes on where one was, or at the place that is shown. */
function focusOn(before: EventTarget | null): void {
  const isThere = before instanceof HTMLElement && before.isConnected;
  (isThere ? before : document.getElementById("place"))?.focus();
}
