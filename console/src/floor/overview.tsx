/** All queues at a glance: what waits in each, since when, and whether promises are kept. */
import { useCallback } from "preact/hooks";
import type { Queue } from "../api/types";
import { desk } from "../desk";
import { t } from "../i18n";
import { lead } from "../i18n/lead";
import { href } from "../router";
import { useResource } from "../store/resource";
import { Panel, Room, Unread } from "../ui/room";
import { type Column, Table } from "../ui/table";
import { age } from "./age";
import { Floods } from "./floods";
import { GOAL } from "./kept";
import { oldestOf, PRIORITIES, waitingIn } from "./lanes";
import { Promises } from "./promises";
import { useRefresh } from "./refresh";

const PACE = { soonest: 4_000, latest: 8_000 };

export function Overview() {
  const texts = lead.value.floor;
  const survey = useResource(() => desk().api("GET", "/queues"), "queues");
  const refresh = useCallback(() => survey.reload(), [survey]);
  useRefresh(refresh, () => PACE);
  const queues = survey.value.value?.items;
  return (
    <Room title={texts.title} aside={queues && <Summary queues={queues} />}>
      <Unread error={survey.error.value} onRetry={refresh} />
      <Panel title={texts.queues}>
        {!queues && <p class="panel-empty">{t.value.shell.loading}</p>}
        {queues?.length === 0 && <p class="panel-empty">{texts.noQueues}</p>}
        {queues && queues.length > 0 && (
          <Table caption={texts.queues} columns={columns()} rows={queues} keyOf={(queue) => queue.queue} />
        )}
      </Panel>
      <Floods />
    </Room>
  );
}

function Summary({ queues }: { queues: readonly Queue[] }) {
  const texts = lead.value.floor;
  const waiting = queues.map((queue) => waitingIn(queue));
  const urgent = queues.map((queue) => waitingIn(queue, "urgent"));
  return <p class="quiet-text">{texts.summary(counted(waiting), counted(urgent))}</p>;
}

function counted(parts: readonly { readonly count: number; readonly isMore: boolean }[]): string {
  const count = parts.reduce((sum, part) => sum + part.count, 0);
  return lead.value.floor.counted(
    count,
    parts.some((part) => part.isMore),
  );
}

function columns(): readonly Column<Queue>[] {
  const texts = lead.value.floor;
  return [
    {
      key: "queue",
      label: texts.queue,
      isHeader: true,
      cell: (queue) => <a href={href("floor", queue.queue)}>{queue.queue}</a>,
    },
    { key: "state", label: texts.state, cell: (queue) => <Hours isOpen={queue.is_open} /> },
    ...PRIORITIES.map((priority) => ({
      key: priority,
      label: t.value.shell.priority[priority] ?? priority,
      isNumber: true,
      cell: (queue: Queue) => <Lane queue={queue} priority={priority} />,
    })),
    {
      key: "oldest",
      label: texts.oldest,
      isNumber: true,
      cell: (queue) => {
        const oldest = oldestOf(queue);
        return oldest ? age(oldest) : <span class="floor-zero">{texts.nothingWaits}</span>;
      },
    },
    { key: "kept", label: texts.kept(GOAL), cell: (queue) => <Promises queue={queue} /> },
  ];
}

export function Hours({ isOpen }: { isOpen: boolean }) {
  const texts = lead.value.floor;
  return <span class={isOpen ? "tag good" : "tag"}>{isOpen ? texts.open : texts.closed}</span>;
}

/** How many wait of one priority; what is pressing stands out. */
function Lane({ queue, priority }: { queue: Queue; priority: string }) {
  const { count, isMore } = waitingIn(queue, priority);
  const text = lead.value.floor.counted(count, isMore);
  if (!count) return <span class="floor-zero">0</span>;
  const isPressing = priority === "urgent" || priority === "high";
  return isPressing ? <span class={`tag ${priority}`}>{text}</span> : <span>{text}</span>;
}
