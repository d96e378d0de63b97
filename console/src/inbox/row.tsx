/** One conversation in a list: who, about what, what was said last, how pressing, by when. Redrawn only if it changes. */
import type { ReadonlySignal } from "@preact/signals";
import { useComputed } from "@preact/signals";
import type { Listed } from "../api/types";
import { room } from "../conversation/room";
import { desk } from "../desk";
import { locale, t } from "../i18n";
import { now } from "../i18n/time";
import { conversation } from "../store/conversations";
import { nameOf } from "../store/workspace";
import { Customer } from "../ui/customer";
import { ChannelIcon, DraftIcon, MoonIcon } from "../ui/icons";
import { LastLine } from "./last";
import { ROW } from "./window";
import { timing } from "./words";

interface Props {
  readonly id: string;
  readonly at: number;
  /** How many rows there are; -1 as long as nobody knows. */
  readonly of: number;
  readonly address: string;
  readonly isOpen: boolean;
  /** The keyboard is here: Tab comes to this row. */
  readonly isCurrent: boolean;
}

export function Row({ id, at, of, address, isOpen, isCurrent }: Props) {
  const shown = conversation(id);
  if (!shown) return null;
  return (
    <li aria-posinset={at + 1} aria-setsize={of} style={{ transform: `translateY(${at * ROW}px)` }}>
      <a
        class={shown.value.unread ? "row unread" : "row"}
        href={address}
        data-id={id}
        tabIndex={isCurrent ? 0 : -1}
        aria-current={isOpen ? "true" : undefined}
      >
        <Content shown={shown} />
      </a>
    </li>
  );
}

/** Apart from its place: when rows above come or go, it is not drawn again. */
function Content({ shown }: { readonly shown: ReadonlySignal<Listed> }) {
  const { subject, why, last } = shown.value;
  const title = subject ?? (last ? "" : why.join("; ")); // what raised it says more than nothing
  return (
    <>
      <Heading shown={shown} />
      {title && <span class="row-subject">{title}</span>}
      {last && <LastLine last={last} />}
      <Facts shown={shown} />
    </>
  );
}

function Heading({ shown }: { readonly shown: ReadonlySignal<Listed> }) {
  const { channel, unread, status } = shown.value;
  const { shell, inbox } = t.value;
  return (
    <span class="row-line">
      <span class="row-channel" title={shell.channel[channel] ?? channel}>
        <ChannelIcon channel={channel} />
        <span class="visually-hidden">{shell.channel[channel] ?? channel}</span>
      </span>
      {unread && (
        <span class="dot">
          <span class="visually-hidden">{inbox.row.unread}</span>
        </span>
      )}
      <span class="row-customer">
        <Customer of={shown.value} />
      </span>
      {status === "snoozed" && <MoonIcon />}
      <Timing shown={shown} />
    </span>
  );
}

function Timing({ shown }: { readonly shown: ReadonlySignal<Listed> }) {
  // Words change by the minute, the clock ticks every few seconds: nothing is drawn unless they do.
  const told = useComputed(() => JSON.stringify(timing(shown.value, now.value, t.value.inbox.row)));
  const { text, title, tone } = JSON.parse(told.value) as ReturnType<typeof timing>;
  return (
    <span class={`row-time ${tone}`} title={title}>
      {text}
    </span>
  );
}

function Facts({ shown }: { readonly shown: ReadonlySignal<Listed> }) {
  const { conversation_id, priority, subject, why, queue, language, tags, mark, has_draft, last } = shown.value;
  const { shell, inbox } = t.value;
  const isBegun = has_draft || room().drafts.has(conversation_id);
  const state = stateOf(shown.value);
  return (
    <span class="row-line facts">
      {priority !== "normal" && (
        <span class={`tag ${priority}`} title={why.join("; ")}>
          {shell.priority[priority] ?? priority}
        </span>
      )}
      {(subject || last) && why.length > 0 && <span class="visually-hidden">{why.join("; ")}</span>}
      {mark && <span class="tag urgent">{inbox.row[mark]}</span>}
      {isBegun && (
        <span class="row-draft">
          <DraftIcon />
          {inbox.row.draft}
        </span>
      )}
      {state && <span>{state}</span>}
      <span>{queue}</span>
      {isForeign(language) && <span class="row-language">{language}</span>}
      {tags.map((tag) => (
        <span key={tag} class="tag">
          {tag}
        </span>
      ))}
    </span>
  );
}

/** Whose it is, or what else it is; nothing of what is one's own to answer. */
function stateOf({ status, owner }: Listed): string | null {
  const name = t.value.shell.status[status] ?? status;
  if (!owner) return name;
  const isMine = owner === desk().agentId;
  if (status === "assigned") return isMine ? null : nameOf(owner);
  return isMine ? name : `${nameOf(owner)}, ${name}`;
}

/** Worth saying only if it isn't what the agent reads all day. */
function isForeign(language: string): boolean {
  return language !== "" && language.slice(0, 2) !== locale.value;
}
