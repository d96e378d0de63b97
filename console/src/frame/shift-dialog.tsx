/** Ask when the agent's shift ends. */
import { useState } from "preact/hooks";
import { desk } from "../desk";
import { t } from "../i18n";
import { clock, now } from "../i18n/time";
import { me } from "../live/presence";
import { workspace } from "../store/workspace";
import { Dialog } from "../ui/dialog";
import { tellError } from "../ui/toast";
import { next, timeOf } from "./shift";

const HOURS = [1, 2, 4, 8] as const;

export default function ShiftDialog({ onClose }: { readonly onClose: () => void }) {
  const texts = t.value.shell;
  const known = me.value?.shift_until;
  const [time, setTime] = useState(timeOf(known ? new Date(known) : new Date(now.value + 4 * 3_600_000)));
  const [isBusy, setBusy] = useState(false);
  const end = next(time, new Date(now.value));
  const isTomorrow = end !== null && end.toDateString() !== new Date(now.value).toDateString();
  const set = async (until: Date | null) => {
    setBusy(true);
    try {
      await desk().presence.setShift(until?.toISOString() ?? null);
      onClose();
    } catch (error) {
      tellError(error);
      setBusy(false);
    }
  };
  return (
    <Dialog title={texts.shift.title} onClose={onClose}>
      <form
        class="shift-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (end) void set(end);
        }}
      >
        <p>{texts.shift.intro(Math.round((workspace.value?.times.last_call_seconds ?? 0) / 60))}</p>
        <label class="field">
          <span>{texts.shift.at}</span>
          <input type="time" required value={time} onInput={(event) => setTime(event.currentTarget.value)} />
        </label>
        <div class="quick">
          {HOURS.map((hours) => (
            <button key={hours} type="button" onClick={() => setTime(timeOf(new Date(now.value + hours * 3_600_000)))}>
              {texts.shift.inHours(hours)}
            </button>
          ))}
        </div>
        <p class="quiet-text" role="status">
          {isTomorrow && end ? texts.shift.tomorrow(clock(end.toISOString())) : ""}
        </p>
        <div class="dialog-buttons">
          {known && (
            <button type="button" disabled={isBusy} onClick={() => void set(null)}>
              {texts.shift.never}
            </button>
          )}
          <button type="button" onClick={onClose}>
            {texts.cancel}
          </button>
          <button type="submit" class="primary" disabled={isBusy || !end}>
            {texts.shift.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
