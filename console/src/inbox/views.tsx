/** The views of the inbox, with how much there is in them, and the way to the search. */
import { StartButton } from "../conversation/start-button";
import { desk } from "../desk";
import { t } from "../i18n";
import { SearchIcon } from "../ui/icons";
import { addressOf, type Place, type View } from "./place";

const LISTS = ["mine", "queue", "all"] as const;

export function Views({ at }: { readonly at: Place }) {
  const texts = t.value.inbox.views;
  return (
    <nav class="views" aria-label={texts.label}>
      {LISTS.map((view) => (
        <a key={view} href={addressOf({ view, id: at.id, filters: {} })} aria-current={here(at, view)}>
          {texts[view]}
          <Count view={view} />
        </a>
      ))}
      <a
        class="views-search"
        href={addressOf({ view: "search", id: at.id, filters: {} })}
        aria-current={here(at, "search")}
        title={texts.search}
      >
        <SearchIcon />
        <span class="visually-hidden">{texts.search}</span>
      </a>
      <StartButton />
    </nav>
  );
}

function here(at: Place, view: View): "page" | undefined {
  return at.view === view ? "page" : undefined;
}

function Count({ view }: { readonly view: (typeof LISTS)[number] }) {
  const { mine, waiting } = desk().counts;
  if (view === "mine" && mine.value) return <span class="count">{mine.value}</span>;
  const line = view === "queue" ? waiting.value : null;
  return line?.count ? <span class="count">{`${line.count}${line.isMore ? "+" : ""}`}</span> : null;
}
