/** A button that opens a small panel over the page: Escape and a click elsewhere close it, and the focus comes back. */
import "./popover.css";
import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";

interface Props {
  /** What the button is called where its content isn't words enough. */
  readonly label: string;
  readonly button: ComponentChildren;
  readonly class?: string;
  /** What is in the panel, given a way to close it; made when it opens. */
  readonly children: (close: () => void) => ComponentChildren;
}

export function Popover({ label, button, class: kind = "", children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const panel = useRef<HTMLDivElement>(null);
  const id = useId();
  return (
    <div class="popover-anchor">
      <button type="button" class={kind} popovertarget={id} aria-expanded={isOpen} aria-label={label} title={label}>
        {button}
      </button>
      <div
        ref={panel}
        id={id}
        popover="auto"
        class="popover"
        role="dialog"
        aria-label={label}
        onToggle={(event) => setOpen(event.newState === "open")}
      >
        {isOpen && children(() => panel.current?.hidePopover())}
      </div>
    </div>
  );
}
