/** Where one writes: what takes back an answer brings its author there. */
import { createRef } from "preact";

/** Of the conversation that is shown; there is one at a time. */
export const field = createRef<HTMLTextAreaElement>();

/** Once it shows what it is to show. */
export function toField(): void {
  requestAnimationFrame(() => field.current?.focus());
}
