/** The panel beside a conversation; where there is no room beside, a sheet over it. */
import { useEffect, useState } from "preact/hooks";
import type { Timeline } from "../api/types";
import { t } from "../i18n";
import { Dialog } from "../ui/dialog";
import { CloseIcon } from "../ui/icons";
import { CustomerPanel } from "./customer/panel";
import type { PanelName } from "./header";
import { WhyPanel } from "./why/panel";

interface Props {
  readonly name: PanelName;
  readonly shown: Timeline;
  onClose(): void;
}

export function SidePanel({ name, shown, onClose }: Props) {
  const hasRoom = useMedia("(min-width: 1100px)");
  const title = name === "why" ? t.value.conversation.why.title : t.value.conversation.customer.title;
  const content = name === "why" ? <WhyPanel shown={shown} /> : <CustomerPanel shown={shown} />;
  if (!hasRoom) {
    return (
      <Dialog isSheet title={title} onClose={onClose}>
        {content}
      </Dialog>
    );
  }
  return (
    <aside class="side-panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="quiet icon-button" aria-label={t.value.shell.close} onClick={onClose}>
          <CloseIcon />
        </button>
      </header>
      {content}
    </aside>
  );
}

function useMedia(query: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const media = matchMedia(query);
    const look = () => setMatches(media.matches);
    media.addEventListener("change", look);
    return () => media.removeEventListener("change", look);
  }, [query]);
  return matches;
}
