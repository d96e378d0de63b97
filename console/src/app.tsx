/** The frame: where one can go, how one is connected, and the place one is at. */
import "./style/shell.css";
import { useEffect, useRef } from "preact/hooks";
import { Bars } from "./frame/bars";
import { Dialogs } from "./frame/dialogs";
import { Navigation } from "./frame/navigation";
import { t } from "./i18n";
import { InboxPage } from "./inbox/page";
import { here, replace } from "./router";
import { isLead, workspace } from "./store/workspace";
import { Boundary } from "./ui/boundary";
import { lazy } from "./ui/lazy";
import { Toasts } from "./ui/toast";

/** The rooms that are loaded when they are first entered. */
const ROOMS = {
  floor: lazy(() => import("./floor/page")),
  quarantine: lazy(() => import("./quarantine/page")),
  optouts: lazy(() => import("./optouts/page")),
  settings: lazy(() => import("./settings/page")),
} as const;
/** Agents see their own queues on the floor, and their own settings. */
const FOR_ALL = ["floor", "settings"];

export function App() {
  const [place = ""] = here.value;
  const isKnown = place === "inbox" || (place in ROOMS && (isLead.value || FOR_ALL.includes(place)));
  useEffect(() => {
    if (!isKnown && workspace.value) replace("inbox", "mine");
  }, [isKnown]);
  useFocusOf(here.value.join("/"));
  return (
    <div class="shell">
      <a class="skip" href="#place">
        {t.value.shell.skip}
      </a>
      <Navigation place={place} />
      <Bars />
      <main id="place" tabIndex={-1}>
        <Boundary key={place}>
          {place === "inbox" && <InboxPage />}
          {isKnown && place !== "inbox" && <Room name={place as keyof typeof ROOMS} />}
        </Boundary>
      </main>
      <Dialogs />
      <Toasts />
    </div>
  );
}

/** A link that went with the place it stood in takes the focus along: it begins at the new place. */
function useFocusOf(path: string): void {
  const before = useRef(path);
  useEffect(() => {
    const isElsewhere = before.current !== path;
    before.current = path;
    if (isElsewhere && document.activeElement === document.body) document.getElementById("place")?.focus();
  }, [path]);
}

function Room({ name }: { readonly name: keyof typeof ROOMS }) {
  const Page = ROOMS[name];
  return <Page />;
}
