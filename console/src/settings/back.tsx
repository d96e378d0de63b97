/** The way back to a section's list. */
import { lead } from "../i18n/lead";
import { href } from "../router";
import { BackIcon } from "../ui/icons";

export function BackLink({ section }: { section: "people" | "queues" | "canned" }) {
  return (
    <a class="end" href={href("settings", section)}>
      <BackIcon /> {lead.value.settings.sections[section]}
    </a>
  );
}
