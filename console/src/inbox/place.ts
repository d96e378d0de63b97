/** Where in the inbox one is: the view, the conversation that is open, and what is filtered, all of it in the address. */
import { computed } from "@preact/signals";
import { here, query, withQuery } from "../router";
import type { Filters } from "../store/list";

export const VIEWS = ["mine", "queue", "all", "search"] as const;
export type View = (typeof VIEWS)[number];
export const FILTERS = ["queue", "channel", "priority", "status", "tag", "owner"] as const;
export type Filter = (typeof FILTERS)[number];

export interface Place {
  readonly view: View;
  readonly id: string | undefined;
  readonly filters: Filters;
}

export const place = computed<Place>(() => {
  const [, view, id] = here.value;
  return { view: VIEWS.find((known) => known === view) ?? "mine", id, filters: filtersOf(query.value) };
});

/** What a query asks for, as far as it is known; the API refuses values that are none. */
export function filtersOf(asked: URLSearchParams): Filters {
  return Object.fromEntries(FILTERS.flatMap((name) => (asked.get(name) ? [[name, asked.get(name)]] : [])));
}

/** The address of a place like this one, but for what is given. */
export function addressOf(at: Place, changed: Partial<Place> = {}): string {
  const { view, id, filters } = { ...at, ...changed };
  return withQuery(["inbox", view, ...(id ? [id] : [])], { ...filters });
}

/** The addresses of the conversations in a place, of which a list needs many: the rest of them is made once. */
export function addressesIn(at: Place): (id: string) => string {
  const [before, after] = addressOf(at, { id: "-" }).split("/-");
  return (id) => `${before}/${encodeURIComponent(id)}${after}`;
}

/** The filters that make sense in a view: nothing is anybody's in what waits. */
export function filtersIn(view: View, isLead: boolean): readonly Filter[] {
  if (view === "mine") return ["queue", "channel", "priority", "status", "tag"];
  if (view === "queue") return ["queue", "channel", "priority", "tag"];
  if (view === "search") return ["queue", "channel", "status"];
  return FILTERS.filter((name) => name !== "owner" || isLead);
}
