/** Opt-outs: the newest first, or those of one address; written down and lifted by a person where a person may. */
import { useState } from "preact/hooks";
import type { OptOut } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { clock, exactly } from "../i18n/time";
import { usePages } from "../store/pages";
import { nameOf, workspace } from "../store/workspace";
import { shownAddress } from "../ui/address";
import { Panel, Unread } from "../ui/room";
import { type Column, Table } from "../ui/table";
import { LiftDialog, WriteDownDialog } from "./dialogs";

export function OptOuts() {
  const texts = lead.value.optouts;
  const [account, setAccount] = useState("");
  const [address, search] = useState("");
  const [lifting, lift] = useState<OptOut | null>(null);
  const [isWriting, setWriting] = useState(false);
  const list = usePages<OptOut>((cursor) => read(account, address, cursor), `${account}/${address}`);
  const items = list.items.value;
  return (
    <Panel
      title={address ? texts.of(address) : texts.all}
      aside={<Filters account={account} onAccount={setAccount} onSearch={search} onWrite={() => setWriting(true)} />}
    >
      <Unread error={list.error.value} onRetry={() => void list.load()} />
      {list.state.value === "ready" && items.length === 0 && (
        <p class="panel-empty">{address ? texts.noneOf(address) : texts.none}</p>
      )}
      {items.length > 0 && <Table caption={texts.title} columns={columns(lift)} rows={items} keyOf={keyOf} />}
      {list.state.value === "loading" && <p class="panel-empty">{t.value.shell.loading}</p>}
      {list.hasMore.value && list.state.value === "ready" && (
        <div class="panel-more">
          <button type="button" onClick={() => void list.more()}>
            {lead.value.more}
          </button>
        </div>
      )}
      {lifting && <LiftDialog optOut={lifting} onDone={() => void list.load()} onClose={() => lift(null)} />}
      {isWriting && (
        <WriteDownDialog address={address} onDone={() => void list.load()} onClose={() => setWriting(false)} />
      )}
    </Panel>
  );
}

const who = ({ channel, address }: OptOut) => shownAddress(channel, address);
const keyOf = (item: OptOut) => `${item.account}/${item.address}`;

async function read(account: string, address: string, cursor: string | undefined) {
  if (!address) {
    const query = { ...(account ? { account } : {}), ...(cursor ? { cursor } : {}) };
    return desk().api("GET", "/optouts", { query });
  }
  const found = await desk().api("POST", "/optouts/search", { body: { address } });
  return { ...found, items: found.items.filter((one) => !account || one.account === account) };
}

interface FiltersProps {
  readonly account: string;
  readonly onAccount: (account: string) => void;
  readonly onSearch: (address: string) => void;
  readonly onWrite: () => void;
}

function Filters({ account, onAccount, onSearch, onWrite }: FiltersProps) {
  const texts = lead.value.optouts;
  const [typed, type] = useState("");
  return (
    <search class="search-form">
      <form
        class="search-form"
        onSubmit={(event) => {
          event.preventDefault();
          onSearch(typed.trim());
        }}
      >
        <input
          type="search"
          class="panel-filter"
          aria-label={texts.address}
          placeholder={texts.address}
          maxLength={320}
          value={typed}
          onInput={(event) => {
            type(event.currentTarget.value);
            if (!event.currentTarget.value) onSearch("");
          }}
        />
        <button type="submit">{texts.search}</button>
      </form>
      <select
        aria-label={lead.value.quarantine.account}
        value={account}
        onChange={(event) => onAccount(event.currentTarget.value)}
      >
        <option value="">{lead.value.quarantine.allAccounts}</option>
        {(workspace.value?.accounts ?? []).map((one) => (
          <option key={one.account}>{one.account}</option>
        ))}
      </select>
      <button type="button" onClick={onWrite}>
        {texts.write}
      </button>
    </search>
  );
}

function columns(lift: (optOut: OptOut) => void): readonly Column<OptOut>[] {
  const texts = lead.value.optouts;
  return [
    { key: "address", label: texts.who, isHeader: true, cell: who },
    { key: "account", label: lead.value.quarantine.account, cell: (one) => one.account },
    {
      key: "state",
      label: texts.state,
      cell: (one) => <span class={one.state === "stopped" ? "tag urgent" : "tag high"}>{texts.states[one.state]}</span>,
    },
    {
      key: "since",
      label: texts.since,
      cell: (one) =>
        one.since ? (
          <time dateTime={one.since} title={exactly(one.since)}>
            {clock(one.since)}
          </time>
        ) : (
          "–"
        ),
    },
    { key: "how", label: texts.how, cell: (one) => <How optOut={one} /> },
    { key: "remedy", label: texts.remedy, cell: (one) => <Remedy optOut={one} onLift={lift} /> },
  ];
}

function How({ optOut }: { optOut: OptOut }) {
  const texts = lead.value.optouts;
  return (
    <>
      {texts.hows[optOut.how ?? "unknown"]}
      {optOut.by && ` (${nameOf(optOut.by)})`}
      {optOut.said && <q class="second-line">{optOut.said}</q>}
    </>
  );
}

function Remedy({ optOut, onLift }: { optOut: OptOut; onLift: (optOut: OptOut) => void }) {
  const texts = lead.value.optouts;
  if (!optOut.can_be_lifted) return <span class="quiet-text">{texts.onlyThey}</span>;
  return (
    <button type="button" aria-label={texts.liftOf(who(optOut))} onClick={() => onLift(optOut)}>
      {texts.lift}
    </button>
  );
}
