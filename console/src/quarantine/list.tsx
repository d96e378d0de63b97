/** What is in quarantine, over all accounts or in one. */
import { signal } from "@preact/signals";
import { useMemo, useState } from "preact/hooks";
import type { Answer } from "../api/client";
import type { Quarantined } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { clock, exactly } from "../i18n/time";
import { href } from "../router";
import { usePages } from "../store/pages";
import { workspace } from "../store/workspace";
import { Panel, Room, Unread } from "../ui/room";
import { type Column, Table } from "../ui/table";
import { bytesInWords, reasonInWords, StateTag } from "./words";

type Counts = Answer<"GET", "/quarantine">["counts"];
type State = Quarantined["state"];
const STATES: readonly State[] = ["open", "retried", "dismissed"];

export function QuarantineList() {
  const texts = lead.value.quarantine;
  const [account, setAccount] = useState("");
  const [state, setState] = useState<State>("open");
  const counts = useMemo(() => signal<Counts>(null), []);
  const read = async (cursor: string | undefined) => {
    const query = { state, ...(cursor ? { cursor } : {}) };
    const page = account
      ? await desk().api("GET", "/quarantine/{account}", { path: { account }, query })
      : await desk().api("GET", "/quarantine", { query });
    if (page.counts && !account) counts.value = page.counts;
    return page;
  };
  const list = usePages<Quarantined>(read, `${account}/${state}`);
  const items = list.items.value;
  const isEmpty = list.state.value === "ready" && items.length === 0;
  return (
    <Room title={texts.title}>
      <p class="quiet-text">{texts.hint}</p>
      <Panel
        title={texts.items}
        aside={
          <Filters account={account} state={state} counts={counts.value} onAccount={setAccount} onState={setState} />
        }
      >
        <Unread error={list.error.value} onRetry={() => void list.load()} />
        {isEmpty && <p class="panel-empty">{state === "open" && !account ? texts.nothing : texts.noneOfThese}</p>}
        {items.length > 0 && (
          <Table caption={texts.items} columns={columns()} rows={items} keyOf={(item) => item.quarantine_id} />
        )}
        {list.state.value === "loading" && <p class="panel-empty">{t.value.shell.loading}</p>}
        {list.hasMore.value && list.state.value === "ready" && (
          <div class="panel-more">
            <button type="button" onClick={() => void list.more()}>
              {lead.value.more}
            </button>
          </div>
        )}
      </Panel>
    </Room>
  );
}

interface FiltersProps {
  readonly account: string;
  readonly state: State;
  readonly counts: Counts;
  readonly onAccount: (account: string) => void;
  readonly onState: (state: State) => void;
}

function Filters({ account, state, counts, onAccount, onState }: FiltersProps) {
  const texts = lead.value.quarantine;
  const known = (workspace.value?.accounts ?? []).map((one) => one.account);
  const accounts = [...new Set([...known, ...(counts ?? []).map((one) => one.account)])];
  return (
    <>
      <select
        class="end"
        aria-label={texts.account}
        value={account}
        onChange={(event) => onAccount(event.currentTarget.value)}
      >
        <option value="">{texts.allAccounts}</option>
        {accounts.map((name) => (
          <option key={name} value={name}>
            {named(name, counts)}
          </option>
        ))}
      </select>
      <select aria-label={texts.state} value={state} onChange={(event) => onState(event.currentTarget.value as State)}>
        {STATES.map((name) => (
          <option key={name} value={name}>
            {texts.states[name]}
          </option>
        ))}
      </select>
    </>
  );
}

/** "acme-sms (3)": with how many are open in it. */
function named(account: string, counts: Counts): string {
  const found = counts?.find((one) => one.account === account);
  return found?.count ? `${account} (${lead.value.floor.counted(found.count, found.is_more)})` : account;
}

function columns(): readonly Column<Quarantined>[] {
  const texts = lead.value.quarantine;
  return [
    {
      key: "reason",
      label: texts.reason,
      isHeader: true,
      cell: (item) => <a href={href("quarantine", item.account, item.quarantine_id)}>{reasonInWords(item.reason)}</a>,
    },
    { key: "account", label: texts.account, cell: (item) => item.account },
    {
      key: "channel",
      label: lead.value.floor.channel,
      cell: (item) => t.value.shell.channel[item.channel] ?? item.channel,
    },
    { key: "size", label: texts.size, isNumber: true, cell: (item) => bytesInWords(item.size) },
    {
      key: "at",
      label: texts.at,
      isNumber: true,
      cell: (item) => (
        <time dateTime={item.at} title={exactly(item.at)}>
          {clock(item.at)}
        </time>
      ),
    },
    { key: "state", label: texts.state, cell: (item) => <StateTag item={item} /> },
  ];
}
