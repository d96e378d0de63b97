/** A view's conversations; or what stands there instead: that they are being read, that there are none, or why not. */
import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import type { Rows } from "../store/list";
import { Conversations } from "./conversations";
import { Failed } from "./foot";
import { Skeleton } from "./skeleton";

interface Props {
  readonly rows: Rows;
  readonly label: string;
  readonly open: string | undefined;
  readonly addressOf: (id: string) => string;
  /** What is said where there is nothing. */
  readonly empty: ComponentChildren;
}

export function ConversationList({ rows, label, open, addressOf, empty }: Props) {
  const state = rows.state.value;
  if (rows.ids.value.length) return <Conversations rows={rows} label={label} open={open} addressOf={addressOf} />;
  if (state === "failed") return <Failed rows={rows} />;
  if (state === "ready") return <div class="empty">{empty}</div>;
  return (
    <>
      <p class="visually-hidden" role="status">
        {t.value.shell.loading}
      </p>
      <Skeleton />
    </>
  );
}
