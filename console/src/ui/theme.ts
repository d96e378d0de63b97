/** Light, dark, or as the system has it: remembered in this browser. */
import { signal } from "@preact/signals";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];
const CHOICE = "switchboard.theme";
export const theme = signal<Theme>("auto");

export function startTheme(): void {
  const chosen = localStorage.getItem(CHOICE);
  choose(THEMES.find((known) => known === chosen) ?? "auto");
}

export function choose(chosen: Theme): void {
  theme.value = chosen;
  localStorage.setItem(CHOICE, chosen);
  if (chosen === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
