/**
 * Where in the console one is: the path below /console/, as parts, and its query. The browser's back button works.
 *
 * Only what may stand in a server's log goes into an address: names of queues and views, ids, never a customer's words.
 */
import { computed, signal } from "@preact/signals";

const BASE = import.meta.env.BASE_URL;
const address = signal(location.pathname + location.search);

/** `/console/inbox/mine/acme-sms.x.1` is `["inbox", "mine", "acme-sms.x.1"]`. */
export const here = computed(() => parts(address.value.split("?")[0] ?? ""));
/** What stands after the question mark. */
export const query = computed(() => new URLSearchParams(address.value.split("?")[1] ?? ""));

export function parts(pathname: string): string[] {
  return pathname.slice(BASE.length).split("/").filter(Boolean).map(decoded);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a place, for links. */
export function href(...place: string[]): string {
  return BASE + place.map(encodeURIComponent).join("/");
}

/** The address of a place with a query: what is empty in it is left out. */
export function withQuery(place: readonly string[], asked: Readonly<Record<string, string | undefined>>): string {
  const set = Object.entries(asked).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const search = new URLSearchParams(set).toString();
  return href(...place) + (search && `?${search}`);
}

export function go(...place: string[]): void {
  goTo(href(...place));
}

/** Go to an address that `href` or `withQuery` made. */
export function goTo(to: string): void {
  if (to === address.peek()) return;
  history.pushState(null, "", to);
  address.value = to;
}

/** The same place by another name: the back button skips it. */
export function replace(...place: string[]): void {
  replaceBy(href(...place));
}

export function replaceBy(to: string): void {
  history.replaceState(null, "", to);
  address.value = to;
}

/** Begin at the browser's address, which the sign-in may have changed, and go where its buttons lead. */
export function startRouter(): void {
  const follow = () => {
    address.value = location.pathname + location.search;
  };
  follow();
  addEventListener("popstate", follow);
  followLinks();
}

/** Follow the links of the console without loading the page anew; those that a new tab is meant for are the browser's. */
function followLinks(): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.defaultPrevented || event.button) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.origin !== location.origin || !link.pathname.startsWith(BASE)) return;
    if (link.hasAttribute("download") || link.hash) return; // a place within this page
    event.preventDefault();
    goTo(link.pathname + link.search);
  });
}
