/** Tables that become cards where the screen is narrow: each cell then carries its column's name. */
import "./table.css";
import type { ComponentChildren } from "preact";

export interface Column<Row> {
  readonly key: string;
  readonly label: string;
  /** The column is for the eye only where its cells say themselves what they are, such as buttons. */
  readonly isLabelHidden?: boolean;
  /** Numbers stand to the end, in figures of one width. */
  readonly isNumber?: boolean;
  /** Names the row. */
  readonly isHeader?: boolean;
  /** What stands in the head instead of the label, such as a checkbox for all. */
  readonly head?: ComponentChildren;
  readonly cell: (row: Row) => ComponentChildren;
}

interface TableProps<Row> {
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly isMarked?: (row: Row) => boolean;
}

export function Table<Row>({ caption, columns, rows, keyOf, isMarked }: TableProps<Row>) {
  return (
    <table class="table">
      <caption class="visually-hidden">{caption}</caption>
      <thead>
        <tr>
          {columns.map((column) => (
            <th key={column.key} scope="col" class={column.isNumber ? "number" : undefined}>
              {column.head ?? <span class={column.isLabelHidden ? "visually-hidden" : undefined}>{column.label}</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)} class={isMarked?.(row) ? "marked" : undefined}>
            {columns.map((column) => (
              <Cell key={column.key} column={column} row={row} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const kind = column.isNumber ? "number" : undefined;
  const label = column.isLabelHidden ? undefined : column.label;
  if (column.isHeader)
    return (
      <th scope="row" class={kind}>
        {column.cell(row)}
      </th>
    );
  return (
    <td class={kind} data-label={label}>
      <div>{column.cell(row)}</div>
    </td>
  );
}
