/** One queue: what waits in it, to be moved by hand, and who answers there. */
import { useCallback } from "preact/hooks";
import type { Agent } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { href } from "../router";
import { useResource } from "../store/resource";
import { BackIcon } from "../ui/icons";
import { Room, Unread } from "../ui/room";
import { Agents } from "./agents";
import { PRIORITIES, waitingIn } from "./lanes";
import { Hours } from "./overview";
import { Promises } from "./promises";
import { useRefresh } from "./refresh";
import { paceOf, readTeam } from "./team";
import { WaitingList } from "./waiting";

const NOBODY: readonly Agent[] = [];

export function QueuePlace({ queue }: { queue: string }) {
  const team = useResource(() => readTeam(desk().api, queue), queue);
  const refreshTeam = useCallback(() => team.reload(), [team]);
  useRefresh(refreshTeam, () => paceOf(team.value.value?.length ?? 0));
  return (
    <Room title={queue} aside={<State queue={queue} />}>
      <Unread error={team.error.value} onRetry={refreshTeam} />
      <div class="queue-place">
        <WaitingList queue={queue} team={team.value.value ?? NOBODY} />
        <Agents team={team.value.value} />
      </div>
    </Room>
  );
}

const PACE = { soonest: 4_000, latest: 15_000 };

/** The queue's figures, and the way back to all of them. */
function State({ queue }: { queue: string }) {
  const survey = useResource(() => desk().api("GET", "/queues"), "queues");
  const refresh = useCallback(() => survey.reload(), [survey]);
  useRefresh(refresh, () => PACE);
  const known = survey.value.value?.items.find((one) => one.queue === queue);
  return (
    <>
      {known && <Hours isOpen={known.is_open} />}
      {known && (
        <ul class="lanes">
          {PRIORITIES.map((priority) => {
            const { count, isMore } = waitingIn(known, priority);
            return (
              <li key={priority} class={count ? `tag ${priority}` : "tag"}>
                {t.value.shell.priority[priority]} {lead.value.floor.counted(count, isMore)}
              </li>
            );
          })}
        </ul>
      )}
      {known && <Promises queue={known} />}
      <a class="end" href={href("floor")}>
        <BackIcon /> {lead.value.floor.back}
      </a>
    </>
  );
}
