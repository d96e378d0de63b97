/**
 * Where a timeline stands: at its end it stays there whatever comes; elsewhere nothing moves it, and what came is
 * counted. It opens at what is unread, else at the end.
 */
import { useLayoutEffect, useRef, useState } from "preact/hooks";

interface Content {
  /** Another one begins anew. */
  readonly id: string;
  /** How many messages there are; what was said elsewhere and is put in between doesn't count. */
  readonly count: number;
  /** What stands first: another one means that something was put before it. */
  readonly first: string | undefined;
}

/** So near to the end is at the end. */
const NEAR = 60;

export function useScroll({ id, count, first }: Content) {
  const box = useRef<HTMLElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const [news, setNews] = useState(0);
  const [isAtEnd, setAtEnd] = useState(true);
  const state = useRef({ id: "", count: 0, first, isAtEnd: true, fromEnd: 0 });

  useLayoutEffect(() => {
    const at = box.current;
    const before = state.current;
    if (!at) return;
    if (before.id !== id) {
      const isAtUnread = toUnread(at);
      if (!isAtUnread) toEnd(at);
      state.current = { id, count, first, isAtEnd: !isAtUnread, fromEnd: at.scrollHeight - at.scrollTop };
      setNews(0);
      setAtEnd(!isAtUnread);
      return;
    }
    if (before.isAtEnd) toEnd(at);
    else if (before.first !== first) at.scrollTop = at.scrollHeight - before.fromEnd;
    else if (count > before.count) setNews((known) => known + count - before.count);
    state.current = { ...before, count, first };
  }, [id, count, first]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is observed is the same for good
  useLayoutEffect(() => {
    const at = box.current;
    if (!at || !list.current) return;
    const observer = new ResizeObserver(() => {
      if (state.current.isAtEnd) toEnd(at);
      else onScroll();
    });
    observer.observe(list.current);
    observer.observe(at);
    return () => observer.disconnect();
  }, []);

  const onScroll = () => {
    const at = box.current;
    if (!at) return;
    const fromEnd = at.scrollHeight - at.scrollTop;
    const isEnd = fromEnd - at.clientHeight < NEAR;
    state.current = { ...state.current, isAtEnd: isEnd, fromEnd };
    setAtEnd(isEnd);
    if (isEnd) setNews(0);
  };

  /** Whoever unfolds a message reads it from where it begins. */
  const onClick = ({ target }: Event) => {
    const isUnfolding = target instanceof Element && target.closest(".message:not(.pending) button") !== null;
    if (isUnfolding) state.current = { ...state.current, isAtEnd: false };
  };

  return { box, list, news, isAtEnd, onScroll, onClick, toEnd: () => box.current && toEnd(box.current) };
}

function toEnd(at: HTMLElement): void {
  at.scrollTop = at.scrollHeight;
}

/** Show what is unread from its beginning, if that is more than fits; returns whether it is. */
function toUnread(at: HTMLElement): boolean {
  const unread = at.querySelector<HTMLElement>("[data-unread]");
  if (!unread || unread.offsetTop >= at.scrollHeight - at.clientHeight) return false;
  at.scrollTop = unread.offsetTop - 12;
  return true;
}
