/** How many promises a queue kept: a bar with its goal, and the same in words. */
import type { Queue } from "../api/types";
import { lead } from "../i18n/lead";
import { Bar } from "../ui/bar";
import { GOAL, keptOf } from "./kept";

export function Promises({ queue }: { queue: Queue }) {
  const texts = lead.value.floor;
  const share = keptOf(queue.promised, queue.kept);
  if (!share) return <span class="floor-zero">{texts.noPromises}</span>;
  return (
    <span class="kept-share">
      <Bar percent={share.percent} tone={share.isMet ? "good" : "high"} goal={GOAL} />
      <strong>{share.percent} %</strong>
      <small class={share.isMet ? undefined : "missed"}>
        {share.isMet ? texts.keptOf(queue.kept, queue.promised) : texts.keptBelow(queue.kept, queue.promised)}
      </small>
    </span>
  );
}
