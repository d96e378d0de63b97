/** What the browser's tab says: how many of one's conversations have something new in them. */
import { effect, type ReadonlySignal } from "@preact/signals";
import { t } from "../i18n";
import { here } from "../router";
import plain from "../style/icon.svg";
import marked from "../style/icon-new.svg";

export function startTitle(unread: ReadonlySignal<number>): void {
  effect(() => {
    const rooms: Record<string, string> = t.value.shell.nav;
    const room = rooms[here.value[0] ?? ""];
    const count = unread.value ? `(${unread.value}) ` : "";
    document.title = `${count}Switchboard${room ? ` · ${room}` : ""}`;
    const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    if (icon) icon.href = unread.value ? marked : plain;
  });
}
