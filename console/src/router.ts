/** Where in the console one is: the path below /console/, as parts. The browser's back button works. */
import { computed, signal } from "@preact/signals";

const BASE = import.meta.env.BASE_URL;
const path = signal(location.pathname);
addEventListener("popstate", () => {
  path.value = location.pathname;
});

/** `/console/inbox/mine/acme-sms.x.1` is `["inbox", "mine", "acme-sms.x.1"]`. */
export const here = computed(() => parts(path.value));

export function parts(pathname: string): string[] {
  return pathname.slice(BASE.length).split("/").filter(Boolean).map(decodeURIComponent);
}

/** The address of a place, for links. */
export function href(...place: string[]): string {
  return BASE + place.map(encodeURIComponent).join("/");
}

export function go(...place: string[]): void {
  const address = href(...place);
  if (address === path.peek()) return;
  history.pushState(null, "", address);
  path.value = address;
}

/** The same place by another name: the back button skips it. */
export function replace(...place: string[]): void {
  history.replaceState(null, "", href(...place));
  path.value = href(...place);
}

/** Follow the links of the console without loading the page anew; those that a new tab is meant for are the browser's. */
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (link.target || link.origin !== location.origin || !link.pathname.startsWith(BASE) || link.download) return;
    event.preventDefault();
    go(...parts(link.pathname));
  });
}
