/** Canned responses: what agents say often. */
import { useState } from "preact/hooks";
import type { Canned } from "../api/types";
import { desk } from "../desk";
import { locale, t } from "../i18n";
import { lead } from "../i18n/lead";
import { href } from "../router";
import { usePages } from "../store/pages";
import { Panel, Unread } from "../ui/room";
import { type Column, Table } from "../ui/table";
import { CannedForm, NewCanned } from "./canned-form";
import type { SectionProps } from "./page";

/** The place where one is added. No shortcut is called so: it begins with a capital. */
export const NEW = "New";

export function CannedRoom({ item }: SectionProps) {
  if (item === NEW) return <NewCanned />;
  return item ? <CannedForm shortcut={item} /> : <CannedList />;
}

function CannedList() {
  const texts = lead.value.settings.canned;
  const title = lead.value.settings.sections.canned;
  const [words, setWords] = useState("");
  const read = (cursor: string | undefined) => desk().api("GET", "/canned", { query: cursor ? { cursor } : {} });
  const list = usePages<Canned>(read, "canned", true);
  const shown = list.items.value.filter((one) => isMeant(one, words));
  return (
    <Panel
      title={title}
      aside={
        <>
          <input
            type="search"
            class="panel-filter"
            aria-label={texts.find}
            placeholder={texts.find}
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
          <a class="button primary end" href={href("settings", "canned", NEW)}>
            {texts.add}
          </a>
        </>
      }
    >
      <Unread error={list.error.value} onRetry={() => void list.all()} />
      {shown.length > 0 && <Table caption={title} columns={columns()} rows={shown} keyOf={(one) => one.shortcut} />}
      {list.state.value === "loading" && <p class="panel-empty">{t.value.shell.loading}</p>}
      {list.state.value === "ready" && shown.length === 0 && (
        <p class="panel-empty">{words ? texts.noneFound : texts.none}</p>
      )}
    </Panel>
  );
}

function isMeant(canned: Canned, words: string): boolean {
  const all = [canned.shortcut, canned.title, ...Object.values(canned.texts)].join(" ").toLocaleLowerCase();
  return all.includes(words.trim().toLocaleLowerCase());
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
