/** What is held back of who floods, and its release. Leads only. */
import { useCallback, useState } from "preact/hooks";
import type { Held } from "../api/types";
import { desk } from "../desk";
import { lead } from "../i18n/lead";
import { useResource } from "../store/resource";
import { isLead } from "../store/workspace";
import { Confirm } from "../ui/dialog";
import { Panel, Unread } from "../ui/room";
import { type Column, Table } from "../ui/table";
import { tell, tellError } from "../ui/toast";
import { age } from "./age";
import { useRefresh } from "./refresh";

const PACE = { soonest: 10_000, latest: 20_000 };

export function Floods() {
  return isLead.value ? <HeldPanel /> : null;
}

function HeldPanel() {
  const texts = lead.value.floor.held;
  const held = useResource(() => desk().api("GET", "/held"), "held");
  const refresh = useCallback(() => held.reload(), [held]);
  useRefresh(refresh, () => PACE);
  const [asked, ask] = useState<Held | null>(null);
  const items = held.value.value?.items;
  return (
    <Panel title={texts.title}>
      <Unread error={held.error.value} onRetry={refresh} />
      {items && items.length === 0 && <p class="panel-empty">{texts.none}</p>}
      {items && items.length > 0 && (
        <>
          <p class="panel-text">{texts.hint}</p>
          <Table caption={texts.title} columns={columns(ask)} rows={items} keyOf={(item) => item.source} />
        </>
      )}
      {asked && <Release held={asked} onClose={() => ask(null)} onDone={refresh} />}
    </Panel>
  );
}

function columns(ask: (held: Held) => void): readonly Column<Held>[] {
  const texts = lead.value.floor.held;
  return [
    {
      key: "who",
      label: texts.who,
      isHeader: true,
      cell: (held) => (
        <>
          {held.counterparty} {held.urgent && <span class="tag urgent">{texts.urgent}</span>}
        </>
      ),
    },
    { key: "queue", label: lead.value.floor.queue, cell: (held) => held.queue },
    {
      key: "count",
      label: texts.count,
      isNumber: true,
      cell: (held) => lead.value.floor.counted(held.count, held.count >= 1000),
    },
    { key: "since", label: texts.since, isNumber: true, cell: (held) => age(held.since) },
    {
      key: "release",
      label: texts.release,
      isLabelHidden: true,
      isNumber: true,
      cell: (held) => (
        <button type="button" aria-label={texts.releaseAll(held.counterparty)} onClick={() => ask(held)}>
          {texts.release}
        </button>
      ),
    },
  ];
}

function Release({ held, onClose, onDone }: { held: Held; onClose: () => void; onDone: () => Promise<void> }) {
  const texts = lead.value.floor.held;
  const [isBusy, setBusy] = useState(false);
  const release = async () => {
    setBusy(true);
    try {
      await desk().api("POST", "/held/release", { body: { source: held.source } });
      tell(texts.released);
      onClose();
      await onDone();
    } catch (error) {
      tellError(error);
      setBusy(false);
    }
  };
  return (
    <Confirm
      title={texts.releaseAll(held.counterparty)}
      act={texts.release}
      isBusy={isBusy}
      onConfirm={() => void release()}
      onClose={onClose}
    >
      <p>{texts.confirm(held.count, held.counterparty)}</p>
    </Confirm>
  );
}
