/**
 * A long list of conversations: only what can be seen is in the document, and what one points at or has chosen stays
 * where it is while others come and go.
 */
import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../i18n";
import type { Rows } from "../store/list";
import { onKeys } from "../ui/keys";
import { Arrived } from "./arrived";
import { Foot } from "./foot";
import { Row } from "./row";
import { anchored, inView, ROW, span } from "./window";

interface Props {
  readonly rows: Rows;
  readonly label: string;
  /** The conversation that is open. */
  readonly open: string | undefined;
  readonly addressOf: (id: string) => string;
}

/** More is read when so many rows are left. */
const AHEAD = 30;

export function Conversations({ rows, label, open, addressOf }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = useSignal(600);
  const from = useComputed(() => span(top.value, height.value, rows.ids.value.length).from);
  const to = useComputed(() => span(top.value, height.value, rows.ids.value.length).to);
  /** The row that the keyboard is at. */
  const current = useSignal<string | null>(open ?? null);
  const pointed = useRef<string | null>(null);
  const shown = useRef<readonly string[]>([]);
  const wantsFocus = useRef(false);

  const ids = rows.ids.value;
  const at = Math.max(0, current.value ? ids.indexOf(current.value) : 0);
  const indices = drawn(from.value, to.value, at, ids.length);

  useEffect(() => {
    if (!box.current) return;
    const sizes = new ResizeObserver(([entry]) => {
      if (entry?.contentRect.height) height.value = entry.contentRect.height;
    });
    sizes.observe(box.current);
    return () => sizes.disconnect();
  }, [height]);

  // Rows came or went: keep what one points at, or reads, where it is.
  useLayoutEffect(() => {
    const list = box.current;
    const before = shown.current;
    shown.current = ids;
    if (!list || before === ids || !before.length) return;
    const lost = current.peek() !== null && !ids.includes(current.peek() ?? "");
    if (lost) {
      const was = before.indexOf(current.peek() ?? "");
      wantsFocus.current = list.contains(document.activeElement) || document.activeElement === document.body;
      current.value = ids[Math.min(was, ids.length - 1)] ?? null;
    }
    const focused = list.contains(document.activeElement) ? current.peek() : null;
    const held = before.indexOf(pointed.current ?? focused ?? "");
    const anchor = held >= 0 ? held : Math.floor(list.scrollTop / ROW);
    if (held < 0 && list.scrollTop < ROW / 2) return;
    scrollTo(list, anchored(before, ids, anchor, list.scrollTop));
    top.value = list.scrollTop;
  }, [ids, current, top]);

  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    box.current
      ?.querySelector<HTMLElement>(`[data-id="${CSS.escape(current.peek() ?? "")}"]`)
      ?.focus({ preventScroll: true });
  });

  useSignalEffect(() => {
    if (to.value >= rows.ids.value.length - AHEAD && rows.hasMore.value && rows.state.value === "ready")
      void rows.more();
  });

  const goTo = useCallback(
    (place: number) => {
      const known = rows.ids.peek();
      const id = known[Math.max(0, Math.min(known.length - 1, place))];
      const list = box.current;
      if (!id || !list) return;
      list.scrollTop = inView(known.indexOf(id), list.scrollTop, list.clientHeight);
      top.value = list.scrollTop;
      wantsFocus.current = true;
      // Of the row that has the focus already nothing is drawn: give it back at once.
      if (current.peek() === id) list.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`)?.focus();
      current.value = id;
    },
    [rows, top, current],
  );
  const step = (by: number) => {
    const known = rows.ids.peek();
    const place = current.peek() ? known.indexOf(current.peek() ?? "") : -1;
    const hasFocus = box.current?.contains(document.activeElement);
    // The first press comes to where one was, unless that is open: then it goes on from there.
    goTo(place < 0 ? 0 : hasFocus || known[place] === open ? place + by : place);
  };
  const toNewest = () => {
    box.current?.scrollTo({ top: 0 });
    rows.seen();
  };
  const keys = t.value.inbox.keys;
  onKeys(
    {
      j: { label: keys.next, act: () => step(1) },
      k: { label: keys.previous, act: () => step(-1) },
      ".": { label: keys.newest, act: toNewest },
    },
    keys.group,
  );
  const move = (event: KeyboardEvent) => {
    const places: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: ids.length - 1 };
    const place = places[event.key];
    if (place === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    goTo(place);
  };
  return (
    <div class="rows-frame">
      <Arrived rows={rows} top={top} onShow={toNewest} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: it only hears what happens in the links within it */}
      <div
        ref={box}
        class="rows"
        onScroll={(event) => {
          top.value = event.currentTarget.scrollTop;
        }}
        onPointerMove={(event) => {
          pointed.current = idAt(event.target);
        }}
        onPointerLeave={() => {
          pointed.current = null;
        }}
        onFocusIn={(event) => {
          current.value = idAt(event.target) ?? current.peek();
        }}
        onKeyDown={move}
      >
        <ul aria-label={label} style={{ height: `${ids.length * ROW}px` }}>
          {indices.map((n) => {
            const id = ids[n] ?? "";
            return (
              <Row
                key={id}
                id={id}
                at={n}
                of={rows.hasMore.value ? -1 : ids.length}
                address={addressOf(id)}
                isOpen={id === open}
                isCurrent={n === at}
              />
            );
          })}
        </ul>
        <Foot rows={rows} />
      </div>
    </div>
  );
}

/** Scroll there, if need be beyond the end of what is shorter than the window. */
function scrollTo(list: HTMLElement, place: number): void {
  const rows = list.querySelector("ul");
  if (rows) rows.style.minHeight = place > 0 ? `${place + list.clientHeight}px` : "";
  list.scrollTop = place;
}

/** What is in view, and where the keyboard is: the focus must not leave the document because one scrolls. */
function drawn(from: number, to: number, at: number, count: number): number[] {
  const indices = Array.from({ length: Math.max(0, to - from) }, (_, n) => from + n);
  if (at < from && at < count) return [at, ...indices];
  return at >= to && at < count ? [...indices, at] : indices;
}

function idAt(target: EventTarget | null): string | null {
  return target instanceof Element ? (target.closest<HTMLElement>("[data-id]")?.dataset.id ?? null) : null;
}
