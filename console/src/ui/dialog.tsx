/** Dialogs over the page: the browser keeps the focus in them, closes them on Escape and gives the focus back. */
import "./ui.css";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n";
import { CloseIcon } from "./icons";

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly isWide?: boolean;
  /** Stands at the edge of the window: a panel that has no room beside. */
  readonly isSheet?: boolean;
  readonly children: ComponentChildren;
}

/** Where one begins: at what the dialog asks, not at the button that closes it. */
const FIRST = ".dialog-content > :not(header) :is(input, select, textarea, button), .dialog-content > button";

/** Shown as long as it is rendered; `onClose` has to end that. */
export function Dialog({ title, onClose, isWide = false, isSheet = false, children }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = box.current;
    shown?.showModal();
    shown?.querySelector<HTMLElement>(FIRST)?.focus();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={box}
      class={isSheet ? "sheet" : isWide ? "wide" : undefined}
      aria-labelledby={heading}
      onClose={onClose}
    >
      <div class="dialog-content">
        <div class="dialog-head">
          <h2 id={heading}>{title}</h2>
          <button type="button" class="quiet icon-button" aria-label={t.value.shell.close} onClick={onClose}>
            <CloseIcon />
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** What the button says that does it. */
  readonly act: string;
  readonly isBusy?: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Say what is about to happen, and ask once. */
export function Confirm({ title, children, act, isBusy = false, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <div class="dialog-buttons">
        <button type="button" onClick={onClose}>
          {t.value.shell.cancel}
        </button>
        <button type="button" class="primary" disabled={isBusy} onClick={onConfirm}>
          {act}
        </button>
      </div>
    </Dialog>
  );
}
