/** What waits in a queue, in the order in which it is given out; lines can be selected and moved. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Agent, Listed } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { exactly, now } from "../i18n/time";
import { conversation } from "../store/conversations";
import { isLead } from "../store/workspace";
import { shownAddress } from "../ui/address";
import { Customer } from "../ui/customer";
import { toggled } from "../ui/form";
import { Panel } from "../ui/room";
import { type Column, Table } from "../ui/table";
import { tellError } from "../ui/toast";
import { age } from "./age";
import { toConversation } from "./links";
import { MoveDialog } from "./move-dialog";

export function WaitingList({ queue, team }: { queue: string; team: readonly Agent[] }) {
  const texts = lead.value.floor;
  const list = useMemo(() => desk().inbox.list("queue", { queue }), [queue]);
  const [selected, select] = useState<readonly string[]>([]);
  const [moving, move] = useState<readonly Listed[] | null>(null);
  useEffect(() => void list.load().catch(tellError), [list]);
  const rows = list.ids.value.flatMap((id) => conversation(id)?.value ?? []);
  const chosen = rows.filter((row) => selected.includes(row.conversation_id));
  const isEmpty = rows.length === 0 && list.state.value === "ready" && !list.hasMore.value;
  return (
    <Panel title={texts.waiting}>
      {isLead.value && chosen.length > 0 && (
        <SelectionBar count={chosen.length} onMove={() => move(chosen)} onNone={() => select([])} />
      )}
      {isEmpty && <p class="panel-empty">{texts.nothing}</p>}
      {rows.length === 0 && list.state.value === "loading" && <p class="panel-empty">{t.value.shell.loading}</p>}
      {rows.length > 0 && (
        <Table
          caption={texts.waiting}
          columns={columns(rows, isLead.value ? { selected, select } : null)}
          rows={rows}
          keyOf={(row) => row.conversation_id}
          isMarked={(row) => selected.includes(row.conversation_id)}
        />
      )}
      {list.hasMore.value && list.state.value !== "loading" && (
        <div class="panel-more">
          <button type="button" onClick={() => void list.more().catch(tellError)}>
            {lead.value.more}
          </button>
        </div>
      )}
      {moving && (
        <MoveDialog conversations={moving} team={team} queue={queue} onMoved={select} onClose={() => move(null)} />
      )}
    </Panel>
  );
}

function SelectionBar({ count, onMove, onNone }: { count: number; onMove: () => void; onNone: () => void }) {
  const texts = lead.value.floor;
  return (
    <div class="selection-bar">
      <strong role="status">{texts.selected(count)}</strong>
      <button type="button" class="primary" onClick={onMove}>
        {texts.move}
      </button>
      <button type="button" class="quiet" onClick={onNone}>
        {texts.unselect}
      </button>
    </div>
  );
}

interface Selection {
  readonly selected: readonly string[];
  readonly select: (ids: readonly string[]) => void;
}

function columns(rows: readonly Listed[], selection: Selection | null): readonly Column<Listed>[] {
  const texts = lead.value.floor;
  const shown: readonly Column<Listed>[] = [
    { key: "customer", label: texts.customer, isHeader: true, cell: (row) => <Who row={row} /> },
    { key: "priority", label: texts.priority, cell: (row) => <PriorityTag priority={row.priority} /> },
    { key: "channel", label: texts.channel, cell: (row) => t.value.shell.channel[row.channel] ?? row.channel },
    { key: "since", label: texts.since, isNumber: true, cell: (row) => age(row.awaiting_since ?? row.opened_at) },
    { key: "promised", label: texts.promised, isNumber: true, cell: (row) => <Promised row={row} /> },
  ];
  return selection ? [selecting(rows, selection), ...shown] : shown;
}

function selecting(rows: readonly Listed[], { selected, select }: Selection): Column<Listed> {
  const texts = lead.value.floor;
  const ids = rows.map((row) => row.conversation_id);
  const areAll = ids.every((id) => selected.includes(id));
  return {
    key: "select",
    label: texts.selectAll,
    isLabelHidden: true,
    head: (
      <input
        type="checkbox"
        class="bare-check"
        aria-label={texts.selectAll}
        checked={areAll}
        onChange={() => select(areAll ? [] : ids)}
      />
    ),
    cell: (row) => (
      <input
        type="checkbox"
        class="bare-check"
        aria-label={texts.select(shownAddress(row.channel, row.customer))}
        checked={selected.includes(row.conversation_id)}
        onChange={() => select(toggled(selected, row.conversation_id))}
      />
    ),
  };
}

function Who({ row }: { row: Listed }) {
  return (
    <>
      <a href={toConversation(row.conversation_id)}>
        <Customer of={row} />
      </a>
      {row.subject && <span class="second-line">{row.subject}</span>}
    </>
  );
}

function PriorityTag({ priority }: { priority: string }) {
  return <span class={`tag ${priority}`}>{t.value.shell.priority[priority] ?? priority}</span>;
}

function Promised({ row }: { row: Listed }) {
  if (!row.promised_at) return <span class="floor-zero">–</span>;
  const isOver = Date.parse(row.promised_at) < now.value;
  const left = isOver ? age(row.promised_at) : age(new Date(now.value).toISOString(), Date.parse(row.promised_at));
  return (
    <span title={exactly(row.promised_at)} class={isOver ? "tag urgent" : undefined}>
      {isOver ? lead.value.floor.late(left) : lead.value.floor.within(left)}
    </span>
  );
}
