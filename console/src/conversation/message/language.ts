/** Languages by their names, in the agent's own. */
import { locale } from "../../i18n";

export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([locale.value], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag; // no tag of a language
  }
}
