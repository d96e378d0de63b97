/** A section's list: found by words, and the way to add to it. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { t } from "../i18n";
import { href } from "../router";
import type { Pages } from "../store/pages";
import { Panel, Unread } from "../ui/room";
import { type Column, Table } from "../ui/table";

interface Props<Row> {
  readonly title: string;
  /** What one may look for. */
  readonly find: string;
  readonly add: { readonly label: string; readonly place: readonly string[] };
  readonly list: Pages<Row>;
  readonly columns: readonly Column<Row>[];
  readonly keyOf: (row: Row) => string;
  /** All that may be looked for in a row. */
  readonly wordsOf: (row: Row) => string;
  readonly none: ComponentChildren;
  readonly noneFound: ComponentChildren;
}

export function Listing<Row>({ title, find, add, list, columns, keyOf, wordsOf, none, noneFound }: Props<Row>) {
  const [words, setWords] = useState("");
  const wanted = words.trim().toLocaleLowerCase();
  const shown = list.items.value.filter((row) => wordsOf(row).toLocaleLowerCase().includes(wanted));
  return (
    <Panel
      title={title}
      aside={
        <>
          <input
            type="search"
            class="panel-filter"
            aria-label={find}
            placeholder={find}
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
          <a class="button primary end" href={href(...add.place)}>
            {add.label}
          </a>
        </>
      }
    >
      <Unread error={list.error.value} onRetry={() => void list.all()} />
      {shown.length > 0 && <Table caption={title} columns={columns} rows={shown} keyOf={keyOf} />}
      {list.state.value === "loading" && <p class="panel-empty">{t.value.shell.loading}</p>}
      {list.state.value === "ready" && shown.length === 0 && (
        <p class="panel-empty" role="status">
          {wanted ? noneFound : none}
        </p>
      )}
    </Panel>
  );
}
