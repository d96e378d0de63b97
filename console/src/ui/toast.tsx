/** Short messages at the edge, announced to screen readers; one may offer to undo what it says. */
import { signal } from "@preact/signals";
import { Offline } from "../api/client";
import { t } from "../i18n";

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
  const remove = () => {
    shown.value = shown.value.filter((toast) => toast.id !== id);
  };
  setTimeout(remove, seconds * 1000);
  return remove;
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
  return (
    <div class="toasts" role="status">
      {shown.value.map((toast) => (
        <div class="toast" key={toast.id}>
          <span>{toast.text}</span>
          {toast.action && (
            <button type="button" onClick={toast.action.act}>
              {toast.action.label}
            </button>
          )}
        </div>
      ))}
    </div>
  );
}
