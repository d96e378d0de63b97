/** Canned responses: what agents say often. */
import type { Canned } from "../api/types";
import { desk } from "../desk";
import { locale } from "../i18n";
import { lead } from "../i18n/lead";
import { href } from "../router";
import { usePages } from "../store/pages";
import type { Column } from "../ui/table";
import { CannedForm, NewCanned } from "./canned-form";
import { Listing } from "./listing";
import type { SectionProps } from "./page";

/** The place where one is added. No shortcut is called so: it begins with a capital. */
export const NEW = "New";

export function CannedRoom({ item }: SectionProps) {
  if (item === NEW) return <NewCanned />;
  return item ? <CannedForm shortcut={item} /> : <CannedList />;
}

function CannedList() {
  const texts = lead.value.settings.canned;
  const read = (cursor: string | undefined) => desk().api("GET", "/canned", { query: cursor ? { cursor } : {} });
  return (
    <Listing
      title={lead.value.settings.sections.canned}
      find={texts.find}
      add={{ label: texts.add, place: ["settings", "canned", NEW] }}
      list={usePages<Canned>(read, "canned", true)}
      columns={columns()}
      keyOf={(one) => one.shortcut}
      wordsOf={(one) => [one.shortcut, one.title, ...Object.values(one.texts)].join(" ")}
      none={texts.none}
      noneFound={texts.noneFound}
    />
  );
}

function columns(): readonly Column<Canned>[] {
  const texts = lead.value.settings.canned;
  return [
    {
      key: "title",
      label: texts.title,
      isHeader: true,
      cell: (one) => <a href={href("settings", "canned", one.shortcut)}>{one.title}</a>,
    },
    { key: "shortcut", label: texts.shortcut, cell: (one) => <code>/{one.shortcut}</code> },
    { key: "text", label: texts.text, cell: (one) => <span class="canned-text">{textOf(one)}</span> },
    { key: "languages", label: texts.languages, cell: (one) => Object.keys(one.texts).join(", ") },
    { key: "queues", label: texts.queues, cell: (one) => one.queues.join(", ") || texts.everybody },
  ];
}

/** The text in the language of who looks, else the first there is. */
function textOf({ texts }: Canned): string {
  return texts[locale.value] ?? Object.values(texts)[0] ?? "";
}
