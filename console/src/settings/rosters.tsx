/** Who is planned to be there in a queue, hour by hour of a week: promises are made from it. */
import { useMemo, useState } from "preact/hooks";
import type { Roster } from "../api/types";
import { desk } from "../desk";
import { lead } from "../i18n/lead";
import { go } from "../router";
import { workspace } from "../store/workspace";
import { Confirm } from "../ui/dialog";
import { Choice } from "../ui/form";
import { Panel } from "../ui/room";
import { tell, tellError } from "../ui/toast";
import { DutyList } from "./duty-list";
import { type Edit, editOf, type Source } from "./edit";
import { EditForm } from "./edit-form";
import type { SectionProps } from "./page";
import { type Duty, gridOf, stepOf, sumOf, type Weekday } from "./roster";
import { RosterGrid } from "./roster-grid";

interface Plan {
  readonly source: Roster["source"];
  readonly duties: readonly Duty[];
}

/** Shorter slots than these are too many for a grid. */
const SHORTEST = 30;
/** Where a week does not fit, one begins with the list. */
const NARROW = "(max-width: 720px)";

function sourceOf(queue: string): Source<Plan> {
  const path = { queue };
  const versionOf = ({ source, duties, etag }: Roster) => ({ value: { source, duties }, etag });
  return {
    fields: ["duties"],
    read: async () => versionOf(await desk().api("GET", "/settings/rosters/{queue}", { path })),
    write: async ({ duties }, ifMatch) => {
      const body = { duties: duties.map(({ days, ...duty }) => ({ ...duty, days: days as Weekday[] })) };
      return versionOf(await desk().api("PUT", "/settings/rosters/{queue}", { path, body, ifMatch }));
    },
  };
}

export function Rosters({ item }: SectionProps) {
  const texts = lead.value.settings.rosters;
  const queues = workspace.value?.all_queues ?? [];
  const queue = item ?? queues[0];
  if (!queue) return null;
  return (
    <Panel
      title={lead.value.settings.sections.rosters}
      aside={
        <select
          aria-label={texts.queue}
          value={queue}
          onChange={(event) => go("settings", "rosters", event.currentTarget.value)}
        >
          {queues.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      }
    >
      <RosterForm key={queue} queue={queue} />
    </Panel>
  );
}

function RosterForm({ queue }: { queue: string }) {
  const texts = lead.value.settings.rosters;
  const subject = `rosters/${queue}`;
  const edit = useMemo(() => editOf(subject, () => sourceOf(queue)), [subject, queue]);
  const [isResetting, setResetting] = useState(false);
  const isLeads = edit.value.value?.source === "lead";
  return (
    <>
      <EditForm
        edit={edit}
        place={["settings", "rosters", queue]}
        nameOf={(field) => (field === "duties" ? texts.duties : texts.source)}
        show={shown}
        buttons={
          isLeads && (
            <button type="button" onClick={() => setResetting(true)}>
              {texts.reset}
            </button>
          )
        }
      >
        {(plan) => <PlanFields queue={queue} plan={plan} edit={edit} />}
      </EditForm>
      {isResetting && (
        <Confirm
          title={texts.reset}
          act={texts.reset}
          onClose={() => setResetting(false)}
          onConfirm={() => void reset(queue, edit).then(() => setResetting(false))}
        >
          <p>{texts.resetHint}</p>
        </Confirm>
      )}
    </>
  );
}

async function reset(queue: string, edit: Edit<Plan>): Promise<void> {
  try {
    await desk().api("DELETE", "/settings/rosters/{queue}", { path: { queue } });
    edit.discard();
    await edit.load();
    tell(lead.value.done);
  } catch (error) {
    tellError(error);
  }
}

function PlanFields({ queue, plan, edit }: { queue: string; plan: Plan; edit: Edit<Plan> }) {
  const texts = lead.value.settings.rosters;
  const step = stepOf(plan.duties);
  const [wished, wish] = useState<"grid" | "list">(matchMedia(NARROW).matches ? "list" : "grid");
  const isGrid = wished === "grid" && step >= SHORTEST;
  const change = (duties: readonly Duty[]) => edit.change({ duties });
  const zone = workspace.value?.queues.find((known) => known.queue === queue)?.zone;
  return (
    <>
      <div>
        <p>{plan.source === "lead" ? texts.isLeads : texts.isPolicys}</p>
        <p class="hint">{texts.meaning}</p>
      </div>
      <Choice
        label={texts.view}
        value={isGrid ? "grid" : "list"}
        hint={step < SHORTEST ? texts.tooFine : undefined}
        onChange={wish}
        options={[
          { value: "grid", label: texts.asGrid },
          { value: "list", label: texts.asList },
        ]}
      />
      {isGrid ? (
        <RosterGrid duties={plan.duties} onChange={change} />
      ) : (
        <DutyList duties={plan.duties} onChange={change} />
      )}
      {edit.errors.value.fields.duties && <p class="field-error">{edit.errors.value.fields.duties}</p>}
      <Meaning duties={plan.duties} zone={zone} />
    </>
  );
}

/** What the plan comes to. */
function Meaning({ duties, zone }: { duties: readonly Duty[]; zone: string | undefined }) {
  const texts = lead.value.settings.rosters;
  const { unitHours, most } = sumOf(gridOf(duties));
  return (
    <div class="hint">
      {duties.length > 0 ? <p>{texts.sum(Math.round(unitHours), most)}</p> : <p>{texts.empty}</p>}
      {zone && <p>{texts.zone(zone)}</p>}
    </div>
  );
}

function shown(field: keyof Plan, plan: Plan): string {
  const { source, days } = lead.value.settings.rosters;
  if (field === "source") return `${source}: ${plan.source}`;
  return plan.duties
    .map((duty) => `${duty.days.map((day) => days[day] ?? day).join(" ")} ${duty.hours}: ${duty.units}`)
    .join("\n");
}
