/** Who the customer is: addresses, what is known of them, other conversations, and who was joined with whom. */
import { useEffect, useState } from "preact/hooks";
import type { Timeline } from "../../api/types";
import { desk } from "../../desk";
import { locale, t } from "../../i18n";
import { clock, exactly, now } from "../../i18n/time";
import { LastLine } from "../../inbox/last";
import { href } from "../../router";
import { isLead, nameOf, workspace } from "../../store/workspace";
import { shownAddress } from "../../ui/address";
import { PlusIcon } from "../../ui/icons";
import { tellError } from "../../ui/toast";
import { perform } from "../act";
import { openDialog } from "../actions/open";
import { languageName } from "../message/language";
import { part } from "./joins";
import { type Customer, customerOf, particulars, readCustomer } from "./known";

export function CustomerPanel({ shown }: { readonly shown: Timeline }) {
  const texts = t.value.conversation.customer;
  const { customer, error } = customerOf(shown.customer_id).value;
  if (!customer) {
    if (!error) return <p class="quiet-text">{t.value.shell.loading}</p>;
    return (
      <p role="alert">
        {texts.failed}{" "}
        <button type="button" onClick={() => void readCustomer(shown.customer_id)}>
          {t.value.shell.retry}
        </button>
      </p>
    );
  }
  return (
    <div class="customer-panel">
      <Addresses customer={customer} />
      <Particulars customer={customer} key={customer.customer_id} />
      <Conversations customer={customer} here={shown.conversation_id} />
      <Joins customer={customer} shown={shown} />
    </div>
  );
}

/** Read who it is, and anew when a message or an action may have changed that. */
export function useCustomer(shown: Timeline | null): void {
  const id = shown?.customer_id;
  const seen = `${shown?.heard_at} ${shown?.status} ${shown?.mark}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `seen` says when to read anew
  useEffect(() => {
    if (id) void readCustomer(id);
  }, [id, seen]);
}

function Addresses({ customer }: { readonly customer: Customer }) {
  const texts = t.value.conversation.customer;
  return (
    <section>
      <h3>{texts.addresses}</h3>
      <ul class="addresses">
        {customer.addresses.map((one) => (
          <li key={`${one.channel} ${one.address}`}>
            <span class="channel">{t.value.shell.channel[one.channel] ?? one.channel}</span>
            <span class="address">
              <span>{shownAddress(one.channel, one.address)}</span>
              {one.met_at && (
                <span class="quiet-text" title={exactly(one.met_at)}>
                  {texts.metAt(clock(one.met_at))}
                </span>
              )}
              {one.opted_out_of.length > 0 && (
                <strong class="tag urgent">{texts.optedOut(one.opted_out_of.join(", "))}</strong>
              )}
              {one.undeliverable && (
                <strong class="tag urgent">{texts.undeliverable[one.undeliverable] ?? one.undeliverable}</strong>
              )}
              {one.mark && <strong class="tag urgent">{texts.marked[one.mark] ?? one.mark}</strong>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Particulars({ customer }: { readonly customer: Customer }) {
  const texts = t.value.conversation.customer;
  const [isEditing, setEditing] = useState(false);
  const { name, zone } = particulars(customer);
  if (isEditing) return <ParticularsForm customer={customer} onDone={() => setEditing(false)} />;
  return (
    <section>
      <dl class="customer-facts">
        <Fact label={texts.name} value={name} />
        <Fact label={texts.zone} value={zone && `${zone}, ${texts.localTime(timeIn(zone))}`} />
        <Fact label={texts.language} value={customer.language && languageName(customer.language)} />
        {isLead.value ? <Tier customer={customer} /> : <Fact label={texts.tier} value={customer.tier} />}
      </dl>
      <button type="button" class="small" onClick={() => setEditing(true)}>
        {texts.edit}
      </button>
    </section>
  );
}

function Fact({ label, value }: { readonly label: string; readonly value: string | null }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{value || "–"}</dd>
    </div>
  );
}

function timeIn(zone: string): string {
  try {
    const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", timeZone: zone };
    return new Intl.DateTimeFormat(locale.value, time).format(now.value);
  } catch {
    return "–"; // the browser doesn't know this zone
  }
}

function ParticularsForm({ customer, onDone }: { readonly customer: Customer; onDone(): void }) {
  const texts = t.value.conversation.customer;
  const before = particulars(customer);
  const [name, setName] = useState(before.name ?? "");
  const [zone, setZone] = useState(before.zone ?? "");
  const save = async (event: Event) => {
    event.preventDefault();
    const path = { customer_id: customer.customer_id };
    const put = (first_name: string | null, at: string | null) =>
      desk().api("PUT", "/customers/{customer_id}/particulars", { path, body: { first_name, zone: at } });
    const undo = () => put(before.name, before.zone).then(() => readCustomer(customer.customer_id));
    const done = { done: t.value.conversation.done.particulars, undo };
    if (
      !(await perform(
        () => put(name.trim() || null, zone.trim() || null),
        () => done,
      ))
    )
      return;
    onDone();
    void readCustomer(customer.customer_id);
  };
  return (
    <form class="dialog-form" onSubmit={(event) => void save(event)}>
      <label class="field">
        <span>{texts.name}</span>
        <input
          type="text"
          maxLength={80}
          autocomplete="off"
          value={name}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>{texts.zone}</span>
        <input
          type="text"
          list="zones"
          autocomplete="off"
          placeholder={texts.zoneHint}
          value={zone}
          onInput={({ currentTarget }) => setZone(currentTarget.value)}
        />
        <datalist id="zones">
          {Intl.supportedValuesOf("timeZone").map((one) => (
            <option key={one}>{one}</option>
          ))}
        </datalist>
      </label>
      <div class="dialog-buttons">
        <button type="button" class="small" onClick={onDone}>
          {t.value.shell.cancel}
        </button>
        <button type="submit" class="primary small">
          {t.value.shell.save}
        </button>
      </div>
    </form>
  );
}

function Tier({ customer }: { readonly customer: Customer }) {
  const texts = t.value.conversation.customer;
  const path = { customer_id: customer.customer_id };
  const put = async (tier: string | null) => {
    await desk().api("PUT", "/customers/{customer_id}/tier", { path, body: { tier } });
    await readCustomer(customer.customer_id);
  };
  const choose = (tier: string | null) =>
    perform(
      () => put(tier),
      () => ({ done: t.value.conversation.done.tier, undo: () => put(customer.tier) }),
    );
  return (
    <div>
      <dt>
        <label for="tier">{texts.tier}</label>
      </dt>
      <dd>
        <select
          id="tier"
          value={customer.tier ?? ""}
          onChange={({ currentTarget }) => void choose(currentTarget.value || null)}
        >
          <option value="">{texts.noTier}</option>
          {workspace.value?.tiers.map((tier) => (
            <option key={tier}>{tier}</option>
          ))}
        </select>
      </dd>
    </div>
  );
}

function Conversations({ customer, here }: { readonly customer: Customer; readonly here: string }) {
  const texts = t.value.conversation.customer;
  const others = customer.conversations.filter(({ conversation_id }) => conversation_id !== here);
  return (
    <section>
      <h3>{texts.conversations}</h3>
      {!others.length && <p class="quiet-text">{texts.none}</p>}
      <ul class="others">
        {others.map((one) => (
          <li key={one.conversation_id}>
            <a href={href("inbox", "mine", one.conversation_id)}>
              {one.subject ?? t.value.shell.channel[one.channel] ?? one.channel}
            </a>{" "}
            <span class="quiet-text">
              {t.value.shell.status[one.status]}, {clock(one.opened_at)}
            </span>
            {one.last && <LastLine last={one.last} />}
          </li>
        ))}
      </ul>
      {customer.withheld > 0 && <p class="quiet-text">{texts.withheld(customer.withheld)}</p>}
      <button type="button" class="small" onClick={() => openDialog("start")}>
        <PlusIcon /> {texts.startAnew}
      </button>
    </section>
  );
}

function Joins({ customer, shown }: { readonly customer: Customer; readonly shown: Timeline }) {
  const texts = t.value.conversation.customer;
  const by = (who: string) => (who.startsWith("agent:") ? texts.byAgent(nameOf(who.slice(6))) : texts.byMachine);
  return (
    <section>
      {customer.joins.length > 0 && <h3>{texts.joins}</h3>}
      <ul class="joins">
        {customer.joins.map((join) => (
          <li key={join.join_id}>
            <span>
              {texts.joined(clock(join.at))} {by(join.by)}
            </span>
            {join.undone_at ? (
              <span class="quiet-text">{texts.undone(clock(join.undone_at))}</span>
            ) : (
              <button type="button" class="small" onClick={() => void part(shown, join.join_id).catch(tellError)}>
                {texts.undo}
              </button>
            )}
          </li>
        ))}
      </ul>
      <button type="button" class="small" onClick={() => openDialog("merge")}>
        {t.value.conversation.actions.merge}
      </button>
    </section>
  );
}
