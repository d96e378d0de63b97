/** One message of the story: who, when, what, with which files, and what became of it. */
import { useState } from "preact/hooks";
import type { Message, Timeline, WholeMessage } from "../../api/types";
import { desk } from "../../desk";
import { t } from "../../i18n";
import { clock, exactly } from "../../i18n/time";
import { nameOf } from "../../store/workspace";
import { shownAddress } from "../../ui/address";
import { ForwardIcon, NoteIcon, WarningIcon } from "../../ui/icons";
import type { Shown } from "../timeline/rows";
import { fateOf } from "./delivery";
import { Files } from "./files";
import { languageName } from "./language";
import { Linked } from "./linked";
import { MailFrame } from "./mail";
import { timeOfDay } from "./time";

interface Props {
  readonly message: Shown;
  readonly conversationId: string;
  /** What the conversation is on; a message from elsewhere names its own. */
  readonly channel: string;
  /** The customer's language: another one is said. */
  readonly language: string;
  /** Stands right below one of the same author. */
  readonly isFollowing: boolean;
  /** What was promised with it, if it is the acknowledgement that holds. */
  readonly promise: Promised | null;
}

export interface Promised {
  readonly at: string;
  readonly state: Timeline["promise"];
}

export function MessageItem(props: Props) {
  const { message, isFollowing } = props;
  const isNote = message.direction === "internal";
  const kind = isNote ? "note" : message.author;
  return (
    <li class={`message ${kind} ${isFollowing ? "following" : ""} ${message.kind}`} id={`m-${message.message_id}`}>
      <article>
        {!isFollowing && <Head {...props} />}
        <Envelope message={message} />
        <Body {...props} />
        <Foot {...props} />
      </article>
    </li>
  );
}

/** Who wrote, on this channel. */
export function authorOf(message: Shown | WholeMessage, channel: string): string {
  const texts = t.value.conversation;
  if (message.author === "system") return texts.message.system;
  if (message.author === "agent") {
    if (!message.agent_id) return texts.somebody;
    return message.agent_id === desk().agentId ? texts.you : nameOf(message.agent_id);
  }
  const { name, address } = message.sender ?? { name: null, address: "" };
  const own = "channel" in message ? message.channel : channel;
  return name || shownAddress(own, address) || texts.message.customer;
}

function Head({ message, channel, language }: Props) {
  const texts = t.value.conversation.message;
  const isForeign = message.language && message.direction === "inbound" && message.language !== language;
  return (
    <header>
      {message.direction === "internal" && <NoteIcon />}
      {message.kind === "forward" && <ForwardIcon />}
      <h3>{authorOf(message, channel)}</h3>
      {message.direction === "internal" && <span class="kind">{texts.note}</span>}
      {message.kind === "forward" && <span class="kind">{texts.forward}</span>}
      {message.kind === "acknowledgement" && <span class="kind">{texts.acknowledgement}</span>}
      {message.mentions.length > 0 && <span>{texts.copied(message.mentions.map(nameOf).join(", "))}</span>}
      {isForeign && <span>{texts.writtenIn(languageName(message.language))}</span>}
      <Time at={message.at} />
    </header>
  );
}

function Time({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={exactly(at)}>
      {timeOfDay(at)}
    </time>
  );
}

/** What a mail says on its outside. */
function Envelope({ message }: { readonly message: Message }) {
  const texts = t.value.conversation.message;
  const named = (parties: Message["to"]) => parties.map(({ name, address }) => name || address).join(", ");
  const lines = [
    [texts.subject, message.subject],
    [texts.to, message.direction === "outbound" ? named(message.to) : ""],
    [texts.cc, named(message.cc)],
  ].filter(([, value]) => value);
  if (!lines.length) return null;
  return (
    <dl class="envelope">
      {lines.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Body({ message, conversationId, channel }: Props) {
  const texts = t.value.conversation.message;
  const [whole, setWhole] = useState<WholeMessage | null>(null);
  const [isOpen, setOpen] = useState(false);
  const [hasFailed, setFailed] = useState(false);
  if (message.change === "deleted") return <p class="deleted">{texts.deleted}</p>;
  const toggle = async () => {
    if (whole || isOpen) return setOpen(!isOpen);
    try {
      const path = { conversation_id: conversationIdOf(message, conversationId), message_id: message.message_id };
      setWhole(await desk().api("GET", "/conversations/{conversation_id}/messages/{message_id}", { path }));
      setOpen(true);
      setFailed(false);
    } catch {
      setFailed(true);
    }
  };
  return (
    <>
      {isOpen && whole ? (
        <Whole whole={whole} conversationId={conversationIdOf(message, conversationId)} channel={channel} />
      ) : (
        message.text && <Linked text={message.text} />
      )}
      {!message.is_whole && (
        <button type="button" class="small quiet" aria-expanded={isOpen} onClick={() => void toggle()}>
          {hasFailed ? texts.wholeFailed : isOpen ? texts.less : texts.whole}
        </button>
      )}
      {message.attachments.length > 0 && (
        <Files
          files={message.attachments}
          owner={{ conversationId: conversationIdOf(message, conversationId), messageId: message.message_id }}
        />
      )}
    </>
  );
}

interface WholeProps {
  readonly whole: WholeMessage;
  readonly conversationId: string;
  readonly channel: string;
}

/** The whole of it: as designed where it is designed, else all of its text with what it quotes. */
function Whole({ whole, conversationId, channel }: WholeProps) {
  const texts = t.value.conversation.message;
  const [isText, setText] = useState(!whole.html);
  const full = whole.full_text ?? [whole.text, whole.quoted].filter(Boolean).join("\n\n");
  return (
    <>
      {whole.html && (
        <fieldset class="forms">
          <legend class="visually-hidden">{texts.shownAs}</legend>
          <button type="button" class="small" aria-pressed={!isText} onClick={() => setText(false)}>
            {texts.asMail}
          </button>
          <button type="button" class="small" aria-pressed={isText} onClick={() => setText(true)}>
            {texts.asText}
          </button>
        </fieldset>
      )}
      {isText || !whole.html ? (
        <div class="whole-text">
          <Linked text={full} />
        </div>
      ) : (
        <MailFrame
          html={whole.html}
          message={whole}
          conversationId={conversationId}
          author={authorOf(whole, channel)}
        />
      )}
    </>
  );
}

function Foot({ message, promise }: Props) {
  const texts = t.value.conversation.message;
  const fate = message.direction === "outbound" ? fateOf(message, t.value.conversation.delivery) : null;
  const flags = message.flags.flatMap((flag) => texts.flags[flag] ?? []);
  return (
    <>
      {flags.map((text) => (
        <p class="flag" key={text}>
          <WarningIcon /> {text}
        </p>
      ))}
      {message.reaction && (
        <p class="reaction">
          <span class="visually-hidden">{texts.reaction(message.reaction)}</span>
          <span aria-hidden="true">{message.reaction}</span>
        </p>
      )}
      {(fate || promise || message.change === "edited") && (
        <footer>
          {message.change === "edited" && <span>{texts.edited}</span>}
          {promise && <PromiseText {...promise} />}
          {fate && <span class={fate.isBad ? "bad" : ""}>{fate.text}</span>}
        </footer>
      )}
      {fate?.remedy && <p class="remedy">{fate.remedy}</p>}
    </>
  );
}

function PromiseText({ at, state }: Promised) {
  const texts = t.value.conversation.message;
  return (
    <span title={exactly(at)}>
      {texts.promised(clock(at))}
      {state && <strong class={state}> · {texts.promise[state]}</strong>}
    </span>
  );
}

function conversationIdOf(message: Shown, here: string): string {
  return "conversation_id" in message ? message.conversation_id : here;
}
