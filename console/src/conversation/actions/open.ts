/** Which dialog is open; one at a time. */
import { signal } from "@preact/signals";

export type DialogName =
  | "resolve"
  | "snooze"
  | "transfer"
  | "assign"
  | "place"
  | "block"
  | "merge"
  | "invite"
  | "erase"
  | "forward"
  | "start";

export const opened = signal<DialogName | null>(null);

export function openDialog(name: DialogName): void {
  opened.value = name;
}

export function closeDialog(): void {
  opened.value = null;
}
