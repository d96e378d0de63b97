/** Settings: everybody's own, and what leads decide of the team. */
import "./settings.css";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { lead } from "../i18n/lead";
import { here, href } from "../router";
import { isLead } from "../store/workspace";
import { Room } from "../ui/room";
import { Audit } from "./audit";
import { CannedRoom } from "./canned";
import { guardUnsaved } from "./edit";
import { People } from "./people";
import { Personal } from "./personal";
import { QueuesRoom } from "./queues";
import { Rosters } from "./rosters";

type Section = "personal" | "people" | "queues" | "canned" | "rosters" | "audit";

/** What one looks at within a section, if it is something particular. */
export interface SectionProps {
  readonly item: string | undefined;
}

const SECTIONS: Record<Section, ComponentType<SectionProps>> = {
  personal: Personal,
  people: People,
  queues: QueuesRoom,
  canned: CannedRoom,
  rosters: Rosters,
  audit: Audit,
};

export default function SettingsPage() {
  const [, place, item] = here.value;
  const open = (isLead.value ? Object.keys(SECTIONS) : ["personal"]) as Section[];
  const section = open.find((name) => name === place) ?? "personal";
  const Shown = SECTIONS[section];
  const texts = lead.value.settings;
  useEffect(() => {
    addEventListener("beforeunload", guardUnsaved);
    return () => removeEventListener("beforeunload", guardUnsaved);
  }, []);
  return (
    <Room title={texts.title}>
      <div class={open.length > 1 ? "settings" : undefined}>
        {open.length > 1 && (
          <nav class="settings-nav" aria-label={texts.title}>
            {open.map((name) => (
              <a key={name} href={href("settings", name)} aria-current={name === section ? "page" : undefined}>
                {texts.sections[name]}
              </a>
            ))}
          </nav>
        )}
        <div class="settings-place">
          <Shown key={`${section}/${item ?? ""}`} item={item} />
        </div>
      </div>
    </Room>
  );
}
