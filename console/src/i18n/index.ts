/** In which language the console speaks: the agent's choice, else the browser's. English is loaded at once, others when needed. */
import { signal } from "@preact/signals";
import { en, type Texts } from "./en";

export type { Texts };
export const LOCALES = { en: "English", de: "Deutsch", es: "Español", fr: "Français" } as const;
export type Locale = keyof typeof LOCALES;

/** The texts in use: `t.value.inbox.mine`. */
export const t = signal<Texts>(en);
export const locale = signal<Locale>("en");

const CHOICE = "switchboard.locale";
const OTHERS: Record<Exclude<Locale, "en">, () => Promise<Texts>> = {
  de: async () => (await import("./de")).de,
  es: async () => (await import("./es")).es,
  fr: async () => (await import("./fr")).fr,
};

/** The language to begin with. */
export function preferred(): Locale {
  const wished = [localStorage.getItem(CHOICE) ?? "", ...navigator.languages];
  const found = wished.map((tag) => tag.slice(0, 2)).find((tag) => tag in LOCALES);
  return (found ?? "en") as Locale;
}

export async function speak(chosen: Locale, remember = false): Promise<void> {
  if (remember) localStorage.setItem(CHOICE, chosen);
  t.value = chosen === "en" ? en : await OTHERS[chosen]();
  locale.value = chosen;
  document.documentElement.lang = chosen;
}
