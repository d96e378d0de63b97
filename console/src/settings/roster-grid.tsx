/**
 * A week as a grid: days down, hours across, units in the cells. Arrows move, with Shift they select, digits set the
 * units of what is selected and Delete empties it; a mouse drags over what it selects.
 */
import { useEffect, useRef, useState } from "preact/hooks";
import { lead } from "../i18n/lead";
import {
  type Area,
  type Duty,
  dutiesOf,
  filled,
  type Grid,
  gridOf,
  isWithin,
  type Place,
  stepOf,
  stepped,
  timeOf,
  WEEKDAYS,
} from "./roster";

interface Props {
  readonly duties: readonly Duty[];
  readonly onChange: (duties: readonly Duty[]) => void;
}

const FIRST: Place = { day: 0, slot: 0 };
const MOST = 100_000;

export function RosterGrid({ duties, onChange }: Props) {
  const texts = lead.value.settings.rosters;
  const [step, setStep] = useState(stepOf(duties));
  const grid = gridOf(duties, Math.min(step, stepOf(duties)));
  const [area, select] = useState<Area>({ from: FIRST, to: FIRST });
  const typed = useRef("");
  const set = (units: number) => onChange(dutiesOf(filled(grid, area, Math.min(MOST, units))));
  const move = (next: Area) => {
    typed.current = "";
    select(next);
  };
  const press = (event: KeyboardEvent) => {
    const to = stepped(area.to, event.key, grid.cells[0]?.length ?? 0);
    if (to) move({ from: event.shiftKey ? area.from : to, to });
    else if (/^[0-9]$/.test(event.key)) {
      typed.current = (typed.current + event.key).slice(-6);
      set(Number(typed.current));
    } else if (event.key === "Delete" || event.key === "Backspace") {
      typed.current = "";
      set(0);
    } else return;
    event.preventDefault();
  };
  return (
    <div class="wide">
      <div class="roster-scroll" data-scroll>
        <Cells grid={grid} area={area} onSelect={move} onKeyDown={press} />
      </div>
      <Bar grid={grid} area={area} onSet={set} />
      <label class="check">
        <input
          type="checkbox"
          checked={step < 60}
          disabled={stepOf(duties) < 60}
          onChange={(event) => setStep(event.currentTarget.checked ? 30 : 60)}
        />
        <span>{texts.halfHours}</span>
      </label>
      <p class="hint">{texts.gridHint}</p>
    </div>
  );
}

interface CellsProps {
  readonly grid: Grid;
  readonly area: Area;
  readonly onSelect: (area: Area) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}

function Cells({ grid, area, onSelect, onKeyDown }: CellsProps) {
  const texts = lead.value.settings.rosters;
  const table = useRef<HTMLTableElement>(null);
  const isDragging = useRef(false);
  const most = Math.max(1, ...grid.cells.flat());
  const current = `${area.to.day}.${area.to.slot}`;
  useEffect(() => {
    if (!table.current?.contains(document.activeElement)) return;
    table.current.querySelector<HTMLElement>(`[data-at="${current}"]`)?.focus();
  }, [current]);
  useEffect(() => {
    const end = () => {
      isDragging.current = false;
    };
    addEventListener("pointerup", end);
    return () => removeEventListener("pointerup", end);
  }, []);
  const perHour = 60 / grid.step;
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table that is edited
    <table ref={table} class="roster-grid" role="grid" aria-label={texts.grid} aria-multiselectable="true">
      <thead>
        <tr>
          <th>
            <span class="visually-hidden">{texts.day}</span>
          </th>
          {Array.from({ length: 24 }, (_, hour) => (
            <th key={timeOf(hour * 60)} scope="col" colSpan={perHour}>
              {hour}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {WEEKDAYS.map((weekday, day) => (
          <tr key={weekday}>
            <th scope="row">{texts.days[weekday]}</th>
            {grid.cells[day]?.map((units, slot) => {
              const at = `${day}.${slot}`;
              const isSelected = isWithin(area, day, slot);
              const times = `${timeOf(slot * grid.step)}–${timeOf((slot + 1) * grid.step)}`;
              return (
                <td
                  key={at}
                  // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its cells take the focus
                  role="gridcell"
                  data-at={at}
                  tabIndex={at === current ? 0 : -1}
                  aria-selected={isSelected}
                  aria-label={texts.cell(texts.days[weekday] ?? weekday, times, units)}
                  class={[units ? "planned" : "", isSelected ? "selected" : ""].join(" ")}
                  style={{ "--share": `${Math.round((100 * units) / most)}%` }}
                  onKeyDown={onKeyDown}
                  onPointerDown={(event) => {
                    isDragging.current = event.pointerType === "mouse";
                    onSelect({ from: event.shiftKey ? area.from : { day, slot }, to: { day, slot } });
                  }}
                  onPointerEnter={() => isDragging.current && onSelect({ from: area.from, to: { day, slot } })}
                >
                  {units || ""}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is selected, and how many units it is to have: for fingers, and for whoever likes fields better. */
function Bar({ grid, area, onSet }: { grid: Grid; area: Area; onSet: (units: number) => void }) {
  const texts = lead.value.settings.rosters;
  const now = grid.cells[area.to.day]?.[area.to.slot] ?? 0;
  const [days, slots] = [
    [Math.min(area.from.day, area.to.day), Math.max(area.from.day, area.to.day)],
    [Math.min(area.from.slot, area.to.slot), Math.max(area.from.slot, area.to.slot)],
  ] as const;
  const dayNames = days.map((day) => texts.days[WEEKDAYS[day] ?? "mon"]);
  const label = days[0] === days[1] ? dayNames[0] : dayNames.join("–");
  const times = `${timeOf(slots[0] * grid.step)}–${timeOf((slots[1] + 1) * grid.step)}`;
  return (
    <div class="roster-bar">
      <label class="field">
        <span>{texts.unitsIn(`${label} ${times}`)}</span>
        <input
          type="number"
          min={0}
          max={MOST}
          value={now}
          onInput={(event) => {
            const units = event.currentTarget.valueAsNumber;
            if (units >= 0) onSet(Math.round(units));
          }}
        />
      </label>
      <button type="button" onClick={() => onSet(0)}>
        {texts.clear}
      </button>
    </div>
  );
}
