/** Light, dark, or as the system has it: remembered in this browser. */
import { signal } from "@preact/signals";

export type Theme = "auto" | "light" | "dark";
const CHOICE = "switchboard.theme";
export const theme = signal<Theme>("auto");

export function startTheme(): void {
  choose((localStorage.getItem(CHOICE) as Theme | null) ?? "auto");
}

export function choose(chosen: Theme): void {
  theme.value = chosen;
  localStorage.setItem(CHOICE, chosen);
  if (chosen === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
