/** Texts of the rooms for leads and of the settings: loaded with them, since most of the day nobody needs them. */
import { effect, signal } from "@preact/signals";
import { type Locale, locale } from ".";
import { lead as en } from "./en/lead";

export type LeadTexts = typeof en;

const OTHERS: Record<Exclude<Locale, "en">, () => Promise<LeadTexts>> = {
  de: async () => (await import("./de/lead")).lead,
  es: async () => (await import("./es/lead")).lead,
  fr: async () => (await import("./fr/lead")).lead,
};

/** The texts in use: `lead.value.floor.title`. */
export const lead = signal<LeadTexts>(en);
/** Whether they are in the language that the console speaks. */
export const isLeadReady = signal(true);

effect(() => {
  const wanted = locale.value;
  isLeadReady.value = wanted === "en";
  if (wanted === "en") lead.value = en;
  else void OTHERS[wanted]().then((texts) => wanted === locale.peek() && use(texts));
});

function use(texts: LeadTexts): void {
  lead.value = texts;
  isLeadReady.value = true;
}
