/** The bar at the top: the places that the agent may go to, whether they are there, and what concerns them. */
import { useEffect, useRef } from "preact/hooks";
import { desk } from "../desk";
import { t } from "../i18n";
import { go, href } from "../router";
import { isLead } from "../store/workspace";
import { BrandIcon } from "../ui/icons";
import { onKeys } from "../ui/keys";
import { Account } from "./account";
import { ask } from "./dialogs";
import { PresenceControl } from "./presence-control";

const ROOMS = ["floor", "quarantine", "optouts", "settings"] as const;
const FOR_LEADS: readonly string[] = ["quarantine", "optouts"];

export function Navigation({ place }: { readonly place: string }) {
  const texts = t.value.shell;
  const unread = desk().counts.unread.value;
  const bar = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the bar is wider than the screen, the place stays in sight
  useEffect(() => {
    bar.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [place]);
  onKeys(
    {
      "?": { label: texts.keys.help, act: () => ask("keys") },
      "g i": { label: texts.keys.mine, act: () => go("inbox", "mine") },
      "g w": { label: texts.keys.waiting, act: () => go("inbox", "queue") },
      "g a": { label: texts.keys.all, act: () => go("inbox", "all") },
    },
    texts.keys.everywhere,
  );
  return (
    <header class="top">
      <BrandIcon />
      <nav ref={bar} aria-label="Switchboard">
        <a href={href("inbox", "mine")} aria-current={place === "inbox" ? "page" : undefined}>
          {texts.nav.inbox}
          {unread > 0 && <b class="badge">{unread}</b>}
        </a>
        {ROOMS.filter((room) => isLead.value || !FOR_LEADS.includes(room)).map((room) => (
          <a key={room} href={href(room)} aria-current={place === room ? "page" : undefined}>
            {texts.nav[room]}
          </a>
        ))}
      </nav>
      <PresenceControl />
      <Account />
    </header>
  );
}
