/** What of a view is shown: chosen here, kept in the address, and seen as long as it holds. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { t } from "../i18n";
import { goTo } from "../router";
import type { Filters } from "../store/list";
import { colleagues, isLead, nameOf, workspace } from "../store/workspace";
import { CloseIcon, FilterIcon } from "../ui/icons";
import { addressOf, type Filter, filtersIn, type Place } from "./place";

export function FilterBar({ at }: { readonly at: Place }) {
  const isOpen = useSignal(false);
  const panel = useId();
  const names = filtersIn(at.view, isLead.value);
  const set = names.filter((name) => at.filters[name]);
  const texts = t.value.inbox.filter;
  return (
    <div class="filters">
      <button
        type="button"
        class="quiet filters-open"
        aria-expanded={isOpen.value}
        aria-controls={panel}
        onClick={() => {
          isOpen.value = !isOpen.value;
        }}
      >
        <FilterIcon />
        {texts.open}
      </button>
      {set.map((name) => (
        <button
          key={name}
          type="button"
          class="chip"
          aria-label={texts.remove(`${texts[name]}: ${wordsOf(name, at.filters[name] ?? "")}`)}
          onClick={() => choose(at, name, "")}
        >
          {wordsOf(name, at.filters[name] ?? "")}
          <CloseIcon />
        </button>
      ))}
      <div id={panel} class="filters-panel" hidden={!isOpen.value}>
        {names.map((name) => (name === "tag" ? <Tag key={name} at={at} /> : <Choice key={name} at={at} name={name} />))}
      </div>
    </div>
  );
}

function Choice({ at, name }: { readonly at: Place; readonly name: Exclude<Filter, "tag"> }) {
  const texts = t.value.inbox.filter;
  return (
    <label class="field">
      <span>{texts[name]}</span>
      <select value={at.filters[name] ?? ""} onChange={(event) => choose(at, name, event.currentTarget.value)}>
        <option value="">{texts.any}</option>
        {valuesOf(name).map((value) => (
          <option key={value} value={value}>
            {wordsOf(name, value)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Tag({ at }: { readonly at: Place }) {
  return (
    <label class="field">
      <span>{t.value.inbox.filter.tag}</span>
      <input
        value={at.filters.tag ?? ""}
        maxLength={60}
        onChange={(event) => choose(at, "tag", event.currentTarget.value.trim().toLowerCase())}
      />
    </label>
  );
}

function choose(at: Place, name: Filter, value: string): void {
  const { [name]: _, ...others } = at.filters;
  goTo(addressOf(at, { filters: (value ? { ...others, [name]: value } : others) as Filters }));
}

function valuesOf(name: Exclude<Filter, "tag">): readonly string[] {
  const known = workspace.value;
  if (name === "status") return Object.keys(t.value.shell.status);
  if (name === "owner") return colleagues.value.map(({ agent_id }) => agent_id);
  if (name === "queue") return known?.queues.map(({ queue }) => queue) ?? [];
  if (name === "channel") return known?.channels.map(({ channel }) => channel) ?? [];
  return known?.priorities ?? [];
}

function wordsOf(name: Filter, value: string): string {
  const { shell } = t.value;
  if (name === "owner") return nameOf(value);
  if (name === "channel" || name === "priority" || name === "status") return shell[name][value] ?? value;
  return value;
}
