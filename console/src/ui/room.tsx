/** The frame of a room of the leads': its head, panels, and what stands there where nothing could be read. */
import "./room.css";
import type { ComponentChildren } from "preact";
import { Problem } from "../api/client";
import { t } from "../i18n";
import { isLeadReady, lead } from "../i18n/lead";
import { wordsOf } from "./toast";

interface RoomProps {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Shown once its texts are there in the right language. */
export function Room({ title, aside, children }: RoomProps) {
  if (!isLeadReady.value) return null;
  return (
    <div class="room">
      <div class="room-head">
        <h1>{title}</h1>
        {aside}
      </div>
      {children}
    </div>
  );
}

interface PanelProps {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Panel({ title, aside, children }: PanelProps) {
  return (
    <section class="panel" aria-label={title}>
      <header>
        <h2>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** Why something could not be read, and a way to try again; nothing where it could. */
export function Unread({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (!error) return null;
  const isForbidden = error instanceof Problem && error.status === 403;
  return (
    <div class="problem" role="alert">
      {isForbidden ? lead.value.leadsOnly : lead.value.cantRead(wordsOf(error))}
      {!isForbidden && (
        <button type="button" onClick={onRetry}>
          {t.value.shell.retry}
        </button>
      )}
    </div>
  );
}
