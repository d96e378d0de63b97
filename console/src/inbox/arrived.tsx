/** What came in while somebody looks: said politely, and shown when they ask for it. */
import type { ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import type { Rows } from "../store/list";
import { UpIcon } from "../ui/icons";
import { ROW } from "./window";

interface Props {
  readonly rows: Rows;
  readonly top: ReadonlySignal<number>;
  readonly onShow: () => void;
}

/** What came in where one looks counts as seen after so long. */
const SEEN_AFTER = 8_000;

export function Arrived({ rows, top, onShow }: Props) {
  const arrived = rows.arrived.value;
  const above = arrived.filter((id) => (rows.ids.value.indexOf(id) + 1) * ROW <= top.value).length;
  const isInView = arrived.length > 0 && above === 0;
  useEffect(() => {
    if (!isInView) return;
    const timer = setTimeout(() => rows.seen(), SEEN_AFTER);
    return () => clearTimeout(timer);
  }, [isInView, rows]);
  return (
    <>
      <p class="visually-hidden" role="status">
        {arrived.length ? t.value.inbox.arrived(arrived.length) : ""}
      </p>
      {above > 0 && (
        <button type="button" class="arrived" onClick={onShow}>
          <UpIcon />
          {t.value.inbox.arrived(above)}
        </button>
      )}
    </>
  );
}
