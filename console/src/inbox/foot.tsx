/** What stands below the rows while, or because, there are no more of them. */
import { t } from "../i18n";
import type { Rows } from "../store/list";

export function Foot({ rows }: { readonly rows: Rows }) {
  const texts = t.value.inbox;
  if (!rows.ids.value.length) return null;
  if (rows.state.value === "failed") return <Failed rows={rows} />;
  return rows.hasMore.value ? <p class="foot quiet-text">{texts.reading}</p> : null;
}

export function Failed({ rows }: { readonly rows: Rows }) {
  const error = rows.error.value;
  return (
    <div class="foot" role="alert">
      <p>{t.value.inbox.failed(error instanceof Error ? error.message : String(error))}</p>
      <button type="button" onClick={() => void rows.again()}>
        {t.value.shell.retry}
      </button>
    </div>
  );
}
