/** Where agents write: an answer on the customer's channel with its limits, or an internal note that looks like none. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Timeline } from "../../api/types";
import { desk } from "../../desk";
import { t } from "../../i18n";
import type { Mode } from "../../store/drafts";
import { colleagues, nameOf } from "../../store/workspace";
import { shownAddress } from "../../ui/address";
import { ClipIcon, NoteIcon, ReplyIcon, SendIcon, SnippetIcon } from "../../ui/icons";
import { onKeys } from "../../ui/keys";
import { lazy } from "../../ui/lazy";
import { reopen, takeOver } from "../actions/do";
import { room } from "../room";
import { Attached } from "./attached";
import { type Canned, canned, fitting, readCanned, shortcutAt } from "./canned";
import { MailLines } from "./copies";
import { field, toField } from "./field";
import { keepOnServer } from "./keep";
import { LimitsLine } from "./limits";
import { measure } from "./measure";
import { complete, matching, mentionAt, mentionsIn } from "./mentions";
import { type Suggestion, Suggestions, useSuggestions } from "./suggest";

const CannedDialog = lazy(() => import("./canned-dialog"));
const SEND_KEYS = /Mac|iPhone|iPad/.test(navigator.platform) ? "⌘+Enter" : "Ctrl+Enter";

export function Composer({ shown, readAt }: { readonly shown: Timeline; readonly readAt: number }) {
  const id = shown.conversation_id;
  const { drafts } = room();
  const draft = drafts.of(id).value;
  const texts = t.value.conversation.answer;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what lies on the server is taken when it is opened
  useEffect(() => keepOnServer(shown, drafts), [id]);
  const write = (mode: Mode) => {
    drafts.change(id, { mode });
    toField();
  };
  onKeys(
    {
      r: { label: t.value.conversation.actions.reply, act: () => write("answer") },
      n: { label: t.value.conversation.actions.note, act: () => write("note") },
      [SEND_KEYS]: { label: t.value.shell.keys.send, act: () => {} }, // told here, heard by the field
    },
    t.value.conversation.keys,
  );
  const why = draft.mode === "answer" ? hindrance(shown) : null;
  return (
    <section class={`composer ${draft.mode}`} aria-label={draft.mode === "note" ? texts.modeNote : texts.label}>
      <fieldset class="modes">
        <legend class="visually-hidden">{texts.mode}</legend>
        <button type="button" aria-pressed={draft.mode === "answer"} onClick={() => write("answer")}>
          <ReplyIcon /> {texts.modeAnswer}
        </button>
        <button type="button" aria-pressed={draft.mode === "note"} onClick={() => write("note")}>
          <NoteIcon /> {texts.modeNote}
        </button>
        <span class="quiet-text whereto">
          {draft.mode === "note"
            ? texts.toTeam
            : texts.toCustomer(
                shownAddress(shown.channel, shown.customer),
                t.value.shell.channel[shown.channel] ?? shown.channel,
              )}
        </span>
      </fieldset>
      {why && <Hindered why={why} shown={shown} />}
      {(!why || draft.answer || draft.mode === "note") && (
        <Field shown={shown} readAt={readAt} isHindered={why !== null} />
      )}
    </section>
  );
}

interface Hindrance {
  readonly text: string;
  readonly remedy: "take" | "reopen" | null;
}

/** Why one can't answer now. */
function hindrance({ status, owner, limits }: Timeline): Hindrance | null {
  const texts = t.value.conversation.answer;
  if (status === "resolved") return { text: texts.resolved, remedy: "reopen" };
  if (limits.refusal) return { text: limits.refusal, remedy: null };
  if (owner === desk().agentId) return null;
  return { text: owner ? texts.notMine(nameOf(owner)) : texts.nobodys, remedy: "take" };
}

function Hindered({ why: { text, remedy }, shown }: { readonly why: Hindrance; readonly shown: Timeline }) {
  const texts = t.value.conversation.answer;
  return (
    <p class="hindered" role="status">
      <span>{text}</span>
      {remedy && (
        <button
          type="button"
          class="primary"
          onClick={() => void (remedy === "take" ? takeOver(shown) : reopen(shown))}
        >
          {remedy === "take" ? texts.takeOver : texts.reopen}
        </button>
      )}
    </p>
  );
}

interface FieldProps {
  readonly shown: Timeline;
  readonly readAt: number;
  readonly isHindered: boolean;
}

function Field({ shown, readAt, isHindered }: FieldProps) {
  const id = shown.conversation_id;
  const texts = t.value.conversation.answer;
  const { drafts, uploads, outbox } = room();
  const draft = drafts.of(id).value;
  const isNote = draft.mode === "note";
  const text = draft[draft.mode];
  const listId = useId();
  const [caret, setCaret] = useState<number | null>(null);
  const [isChoosing, setChoosing] = useState(false);
  const [isDropping, setDropping] = useState(false);
  const chooser = useRef<HTMLInputElement>(null);
  const type = (changed: string, at = changed.length) => {
    drafts.change(id, isNote ? { note: changed } : { answer: changed });
    setCaret(at);
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(at, at);
    });
  };
  const [found, subject] = useFound(shown, isNote, text, caret, type);
  const suggestions = useSuggestions(found, subject, () => setCaret(null));
  const limits = shown.limits;
  const isMissingFiles = !isNote && uploads.of(id).length > 0; // on their way, or failed: nobody sends without them unseen
  const isEmpty = !text.trim() && (isNote || !draft.files.length);
  const isOver = !isNote && measure(text, limits).isOver;
  const canSend = !isEmpty && !isOver && !isHindered && !isMissingFiles;
  const send = () => {
    if (!canSend) return;
    outbox.send({
      conversationId: id,
      mode: draft.mode,
      text: text.trim(),
      mentions: isNote ? mentionsIn(text, colleagues.value) : [],
      files: isNote ? [] : draft.files,
      cc: isNote ? null : draft.cc,
      etag: shown.etag,
    });
    toField(); // the button that had the focus has nothing more to send
  };
  const attach = (files: Iterable<File>) => !isNote && uploads.add(id, files, limits.files);
  const press = (event: KeyboardEvent) => {
    if (suggestions.press(event)) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      send();
    } else if (event.key === "Escape") field.current?.blur();
  };
  const track = () => setCaret(field.current?.selectionStart ?? null);
  const insert = (chosen: Canned) => {
    setChoosing(false);
    const at = field.current?.selectionStart ?? text.length;
    type(text.slice(0, at) + chosen.text + text.slice(at), at + chosen.text.length);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping files is a shortcut of the button "Attach files"
    <div
      class={`field-box ${isDropping ? "dropping" : ""}`}
      onDragOver={(event) => {
        if (isNote || !event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={(event) => {
        setDropping(false);
        if (!event.dataTransfer?.files.length) return;
        event.preventDefault();
        attach(event.dataTransfer.files);
      }}
    >
      {isDropping && <p class="drop-hint">{texts.drop}</p>}
      {!isNote && shown.limits.has_copies && <MailLines key={id} shown={shown} />}
      <Suggestions
        id={listId}
        label={isNote ? texts.mentions : texts.canned}
        found={found}
        at={suggestions.at}
        none={subject === "/" && canned.value.items?.length === 0 ? t.value.conversation.canned.noneAtAll : undefined}
      />
      <textarea
        ref={field}
        dir="auto"
        rows={3}
        value={text}
        lang={isNote ? undefined : shown.language}
        spellcheck
        aria-label={isNote ? texts.modeNote : texts.label}
        placeholder={isNote ? texts.placeholderNote : texts.placeholder}
        aria-autocomplete="list"
        aria-controls={found.length ? listId : undefined}
        aria-activedescendant={found.length ? `${listId}-${suggestions.at}` : undefined}
        onInput={({ currentTarget: { value, selectionStart } }) => {
          drafts.change(id, isNote ? { note: value } : { answer: value });
          setCaret(selectionStart);
        }}
        onKeyDown={press}
        onClick={track}
        onKeyUp={track}
        onBlur={() => setCaret(null)}
        onPaste={(event) => {
          const files = event.clipboardData?.files;
          if (!files?.length || isNote) return;
          event.preventDefault();
          attach(files);
        }}
      />
      {!isNote && <Attached id={id} files={draft.files} rules={limits.files} />}
      <div class="composer-foot">
        {!isNote && (
          <>
            <input
              ref={chooser}
              type="file"
              multiple
              hidden
              accept={limits.files.types.map(({ content_type }) => content_type).join(",")}
              onChange={({ currentTarget }) => {
                attach([...(currentTarget.files ?? [])]);
                currentTarget.value = "";
              }}
            />
            <button
              type="button"
              class="quiet icon-button"
              aria-label={texts.attach}
              title={texts.attach}
              onClick={() => chooser.current?.click()}
            >
              <ClipIcon />
            </button>
            <button
              type="button"
              class="quiet icon-button"
              aria-label={texts.canned}
              title={texts.canned}
              onClick={() => setChoosing(true)}
            >
              <SnippetIcon />
            </button>
            <LimitsLine text={text} limits={limits} readAt={readAt} />
          </>
        )}
        <button type="button" class="primary send" disabled={!canSend} title={texts.hint(SEND_KEYS)} onClick={send}>
          {isNote ? <NoteIcon /> : <SendIcon />} {isNote ? texts.saveNote : texts.send}
        </button>
      </div>
      {isChoosing && <CannedDialog id={id} onTake={insert} onClose={() => setChoosing(false)} />}
    </div>
  );
}

type Typing = (text: string, caret?: number) => void;

/** What may be meant by what is being typed: a colleague after @ in a note, a canned response after / in an answer. */
function useFound(
  shown: Timeline,
  isNote: boolean,
  text: string,
  caret: number | null,
  type: Typing,
): [readonly Suggestion[], string] {
  const id = shown.conversation_id;
  const mention = isNote && caret !== null ? mentionAt(text, caret) : null;
  const shortcut = !isNote && caret !== null ? shortcutAt(text, caret) : null;
  const isAsked = shortcut !== null;
  useEffect(() => {
    if (isAsked) void readCanned(id);
  }, [isAsked, id]);
  if (mention && caret !== null) {
    const people = matching(mention.query, colleagues.value).slice(0, 8);
    const found = people.map(({ agent_id, name, presence }) => ({
      key: agent_id,
      content: (
        <>
          <span>{name}</span> <span class="quiet-text">{t.value.shell.presence[presence]}</span>
        </>
      ),
      take: () => {
        const done = complete(text, mention, caret, name);
        type(done.text, done.caret);
      },
    }));
    return [found, `@${mention.query}`];
  }
  if (shortcut && caret !== null && canned.value.id === id) {
    const found = fitting(canned.value.items ?? [], shortcut.query).slice(0, 8);
    return [
      found.map((item) =>
        suggested(item, () =>
          type(text.slice(0, shortcut.from) + item.text + text.slice(caret), shortcut.from + item.text.length),
        ),
      ),
      `/${shortcut.query}`,
    ];
  }
  return [[], ""];
}

function suggested(item: Canned, take: () => void): Suggestion {
  const missing = item.missing.length ? t.value.conversation.canned.missing(item.missing.join(", ")) : "";
  const content = (
    <>
      <strong>/{item.shortcut}</strong> <span>{item.title}</span>
      <span class="quiet-text preview">
        {item.text} {missing}
      </span>
    </>
  );
  return { key: item.shortcut, content, take };
}
