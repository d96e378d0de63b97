/** The story of a customer: everything that was said, on all channels, the oldest first. */
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Message, Timeline as Shown } from "../../api/types";
import { desk } from "../../desk";
import { t } from "../../i18n";
import { now } from "../../i18n/time";
import { isMessage } from "../../store/outgoing";
import type { Story } from "../../store/timelines";
import { DownIcon } from "../../ui/icons";
import { Pending } from "../answer/pending";
import { authorOf, MessageItem, type Promised } from "../message/message";
import { dayOf } from "../message/time";
import { room } from "../room";
import { useReading } from "./reading";
import { firstUnread, keepSame, type Row, rows } from "./rows";
import { useScroll } from "./scroll";

export function Timeline({ story, shown }: { readonly story: Story; readonly shown: Shown }) {
  const texts = t.value.conversation.timeline;
  const { messages } = shown;
  const past = story.past.value;
  const pending = room()
    .outbox.of(story.id)
    .filter((item) => !messages.some(({ message_id }) => isMessage(item, message_id)));
  const unreadId = useUnread(story, shown);
  const found = useRows(past, messages, story.id, shown.channel, unreadId);
  const scroll = useScroll({
    id: story.id,
    count: messages.length + pending.length,
    first: found[0]?.key,
  });
  useReading(story, shown, scroll.isAtEnd);
  const promises = promisesOf(shown);
  return (
    <div class="timeline">
      <section
        ref={scroll.box}
        class="scroller"
        aria-label={texts.label}
        onScroll={scroll.onScroll}
        onClickCapture={scroll.onClick}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
        tabIndex={0}
      >
        <Past story={story} />
        <ol ref={scroll.list}>
          {found.map((row) => (
            <RowItem key={row.key} row={row} shown={shown} promise={promises.get(row.key) ?? null} />
          ))}
          {pending.map((item) => (
            <Pending key={item.key} item={item} />
          ))}
        </ol>
      </section>
      {!scroll.isAtEnd && (
        <button type="button" class={`pill ${scroll.news ? "news" : ""}`} onClick={scroll.toEnd}>
          <DownIcon /> {scroll.news ? texts.newMessages(scroll.news) : texts.toEnd}
        </button>
      )}
      <Heard key={story.id} messages={messages} channel={shown.channel} />
    </div>
  );
}

function useRows(
  past: Story["past"]["value"],
  messages: Shown["messages"],
  conversationId: string,
  channel: string,
  unreadId: string | null,
): readonly Row[] {
  const before = useRef<readonly Row[]>([]);
  return useMemo(() => {
    const scene = { conversationId, channel, unreadId };
    before.current = keepSame(before.current, rows(past, messages, scene));
    return before.current;
  }, [past, messages, conversationId, channel, unreadId]);
}

/** Where what is new begins; it stays there while the conversation is open. */
function useUnread(story: Story, shown: Shown): string | null {
  const kept = useRef<{ id: string; unreadId: string | null } | null>(null);
  if (kept.current?.id !== story.id) {
    const unreadId = shown.unread ? firstUnread(shown.messages, story.readUntil, desk().agentId) : null;
    kept.current = { id: story.id, unreadId };
  }
  return kept.current.unreadId;
}

/** What was promised with which message: the last acknowledgement is the one that holds. */
function promisesOf(shown: Shown): Map<string, Promised> {
  const last = shown.messages.findLast(({ kind }) => kind === "acknowledgement");
  if (!last || !shown.promised_at) return new Map();
  return new Map([[last.message_id, { at: shown.promised_at, state: shown.promise }]]);
}

interface RowProps {
  readonly row: Row;
  readonly shown: Shown;
  readonly promise: Promised | null;
}

function RowItem({ row, shown, promise }: RowProps) {
  const { conversation_id: id, channel, language } = shown;
  const [at, state] = [promise?.at, promise?.state];
  // The same element again is not drawn again: a story has hundreds.
  return useMemo(() => {
    if (row.type === "day") return <Day at={row.at} />;
    if (row.type === "unread") return <Unread />;
    if (row.type === "conversation") return <Divider channel={row.channel} isHere={row.conversationId === id} />;
    const promised = at ? { at, state: state ?? null } : null;
    return (
      <MessageItem
        message={row.message}
        conversationId={id}
        channel={channel}
        language={language}
        isFollowing={row.isFollowing}
        promise={promised}
      />
    );
  }, [row, id, channel, language, at, state]);
}

function Day({ at }: { readonly at: string }) {
  return (
    <li class="divider day">
      <h2>{dayOf(at, now.peek())}</h2>
    </li>
  );
}

function Unread() {
  return (
    <li class="divider unread" data-unread>
      <span>{t.value.conversation.timeline.unread}</span>
    </li>
  );
}

function Divider({ channel, isHere }: { readonly channel: string; readonly isHere: boolean }) {
  const texts = t.value.conversation.timeline;
  const name = t.value.shell.channel[channel] ?? channel;
  return (
    <li class={`divider conversation ${isHere ? "here" : ""}`}>
      <h2>{isHere ? texts.here(name) : texts.elsewhere(name)}</h2>
    </li>
  );
}

/** What the customer said before and elsewhere, when somebody asks for it. */
function Past({ story }: { readonly story: Story }) {
  const texts = t.value.conversation.timeline;
  const state = story.pastState.value;
  return (
    <div class="past">
      {state === "end" ? (
        <p class="quiet-text">{story.past.value.length === 0 && texts.pastEnd}</p>
      ) : (
        <button type="button" class="small quiet" disabled={state === "loading"} onClick={() => void story.readPast()}>
          {state === "loading" ? t.value.shell.loading : state === "failed" ? texts.pastFailed : texts.past}
        </button>
      )}
      {story.withheld.value > 0 && <p class="quiet-text">{texts.withheld(story.withheld.value)}</p>}
    </div>
  );
}

/** Says to screen readers what comes while the conversation is open. */
function Heard({ messages, channel }: { readonly messages: readonly Message[]; readonly channel: string }) {
  const known = useRef<number | null>(null);
  const text = useRef("");
  const newest = messages.at(-1);
  if (known.current !== null && messages.length > known.current && newest && newest.agent_id !== desk().agentId) {
    text.current = t.value.conversation.timeline.heard(authorOf(newest, channel), newest.text.slice(0, 300));
  }
  useEffect(() => {
    known.current = messages.length;
  }, [messages.length]);
  return (
    <p class="visually-hidden" aria-live="polite">
      {text.current}
    </p>
  );
}
