/** Who wants to be left alone, and who is to be forgotten. */
import "./optouts.css";
import { lead } from "../i18n/lead";
import { here, href } from "../router";
import { Room } from "../ui/room";
import { Erasures } from "./erasures";
import { OptOuts } from "./list";

export default function OptOutsPage() {
  const texts = lead.value.optouts;
  const [, place, code] = here.value;
  const isErasures = place === "erasures";
  return (
    <Room
      title={isErasures ? texts.erasures.title : texts.title}
      aside={
        <nav class="room-tabs" aria-label={texts.title}>
          <a href={href("optouts")} aria-current={isErasures ? undefined : "page"}>
            {texts.title}
          </a>
          <a href={href("optouts", "erasures")} aria-current={isErasures ? "page" : undefined}>
            {texts.erasures.title}
          </a>
        </nav>
      }
    >
      {isErasures ? <Erasures key={code ?? ""} code={code} /> : <OptOuts />}
    </Room>
  );
}
