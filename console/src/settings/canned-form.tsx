/** Writing a canned response: a text per language, variables picked from a list, and what it reads like. */
import { useMemo, useRef, useState } from "preact/hooks";
import type { Canned } from "../api/types";
import { desk } from "../desk";
import { locale } from "../i18n";
import { lead } from "../i18n/lead";
import { go } from "../router";
import { Confirm } from "../ui/dialog";
import { Field } from "../ui/form";
import { Panel } from "../ui/room";
import { tell, tellError } from "../ui/toast";
import { BackLink } from "./back";
import { closeEdit, type Edit, editOf, type Source, type Version } from "./edit";
import { EditForm } from "./edit-form";
import { skillNamed } from "./person";
import { QueueChecks } from "./person-fields";
import { preview, VARIABLES, type Variable, withVariable } from "./variables";

interface Draft {
  readonly shortcut: string;
  readonly title: string;
  readonly texts: Readonly<Record<string, string>>;
  readonly queues: readonly string[];
}

const FIELDS = ["shortcut", "title", "texts", "queues"];

function versionOf({ shortcut, title, texts, queues, etag }: Canned): Version<Draft> {
  return { value: { shortcut, title, texts, queues }, etag };
}

function sourceOf(shortcut: string): Source<Draft> {
  const path = { shortcut };
  return {
    fields: FIELDS,
    read: async () => versionOf(await desk().api("GET", "/settings/canned/{shortcut}", { path })),
    write: async ({ title, texts, queues }, ifMatch) => {
      const body = { title, texts: written(texts), queues };
      return versionOf(await desk().api("PUT", "/settings/canned/{shortcut}", { path, body, ifMatch }));
    },
  };
}

function newSource(): Source<Draft> {
  return {
    fields: FIELDS,
    read: async () => ({
      value: { shortcut: "", title: "", texts: { [locale.peek()]: "" }, queues: [] },
      etag: undefined,
    }),
    write: async (draft) => {
      const body = { ...draft, shortcut: skillNamed(draft.shortcut), texts: written(draft.texts) };
      return versionOf(await desk().api("POST", "/settings/canned", { body }));
    },
  };
}

/** A language in which nothing is written is left out. */
function written(texts: Draft["texts"]): Draft["texts"] {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim()));
}

export function CannedForm({ shortcut }: { shortcut: string }) {
  const texts = lead.value.settings.canned;
  const subject = `canned/${shortcut}`;
  const edit = useMemo(() => editOf(subject, () => sourceOf(shortcut)), [subject, shortcut]);
  const [isRemoving, setRemoving] = useState(false);
  return (
    <Panel title={edit.value.value?.title ?? shortcut} aside={<BackLink section="canned" />}>
      <Form
        edit={edit}
        place={shortcut}
        buttons={
          <button type="button" class="danger" onClick={() => setRemoving(true)}>
            {lead.value.remove}
          </button>
        }
      />
      {isRemoving && (
        <Confirm
          title={texts.removeTitle(shortcut)}
          act={lead.value.remove}
          onClose={() => setRemoving(false)}
          onConfirm={() => void remove(shortcut, subject)}
        >
          <p>{texts.removeHint}</p>
        </Confirm>
      )}
    </Panel>
  );
}

async function remove(shortcut: string, subject: string): Promise<void> {
  try {
    await desk().api("DELETE", "/settings/canned/{shortcut}", { path: { shortcut } });
    closeEdit(subject);
    tell(lead.value.settings.canned.removed(shortcut));
    go("settings", "canned");
  } catch (error) {
    tellError(error);
  }
}

export function NewCanned() {
  const edit = useMemo(() => editOf("canned/New", newSource), []);
  return (
    <Panel title={lead.value.settings.canned.add} aside={<BackLink section="canned" />}>
      <Form
        edit={edit}
        place="New"
        onSaved={() => {
          closeEdit("canned/New");
          go("settings", "canned");
        }}
      />
    </Panel>
  );
}

interface FormProps {
  readonly edit: Edit<Draft>;
  readonly place: string;
  readonly onSaved?: () => void;
  readonly buttons?: preact.ComponentChildren;
}

function Form({ edit, place, onSaved, buttons }: FormProps) {
  const texts = lead.value.settings.canned;
  const { fields } = edit.errors.value;
  return (
    <EditForm
      edit={edit}
      place={["settings", "canned", place]}
      nameOf={(field) => texts[field]}
      show={shown}
      onSaved={onSaved}
      buttons={buttons}
    >
      {(draft) => (
        <>
          <Field label={texts.title} error={fields.title}>
            {(ties) => (
              <input
                {...ties}
                maxLength={80}
                value={draft.title}
                onInput={(event) => edit.change({ title: event.currentTarget.value })}
              />
            )}
          </Field>
          <Field label={texts.shortcut} hint={texts.shortcutHint} error={fields.shortcut}>
            {(ties) => (
              <input
                {...ties}
                maxLength={40}
                autoCapitalize="off"
                spellcheck={false}
                readOnly={place !== "New"}
                value={draft.shortcut}
                onInput={(event) => edit.change({ shortcut: event.currentTarget.value })}
              />
            )}
          </Field>
          <Texts draft={draft} error={fields.texts} onChange={(changed) => edit.change({ texts: changed })} />
          <QueueChecks
            label={texts.queues}
            hint={texts.queuesHint}
            error={fields.queues}
            value={draft.queues}
            onChange={(queues) => edit.change({ queues })}
          />
        </>
      )}
    </EditForm>
  );
}

function shown(field: keyof Draft, draft: Draft): string {
  if (field === "texts")
    return Object.entries(draft.texts)
      .map(([language, text]) => `${language}: ${text}`)
      .join("\n");
  return field === "queues" ? draft.queues.join(", ") : draft[field];
}

interface TextsProps {
  readonly draft: Draft;
  readonly error: string | undefined;
  readonly onChange: (texts: Draft["texts"]) => void;
}

/** One text per language: whose is shown, and what it reads like. */
function Texts({ draft, error, onChange }: TextsProps) {
  const texts = lead.value.settings.canned;
  const languages = Object.keys(draft.texts);
  const [chosen, choose] = useState(languages[0] ?? "en");
  const language = languages.includes(chosen) ? chosen : (languages[0] ?? "en");
  const text = draft.texts[language] ?? "";
  const box = useRef<HTMLTextAreaElement>(null);
  const insert = (variable: Variable) => {
    const at = box.current;
    const [changed, cursor] = withVariable(
      text,
      at?.selectionStart ?? text.length,
      at?.selectionEnd ?? text.length,
      variable,
    );
    onChange({ ...draft.texts, [language]: changed });
    requestAnimationFrame(() => {
      at?.focus();
      at?.setSelectionRange(cursor, cursor);
    });
  };
  return (
    <>
      <Languages
        languages={languages}
        language={language}
        onChoose={choose}
        onAdd={(added) => {
          onChange({ ...draft.texts, [added]: "" });
          choose(added);
        }}
      />
      <Field label={texts.textIn(languageName(language))} error={error}>
        {(ties) => (
          <textarea
            {...ties}
            ref={box}
            rows={7}
            maxLength={5000}
            lang={language}
            value={text}
            onInput={(event) => onChange({ ...draft.texts, [language]: event.currentTarget.value })}
          />
        )}
      </Field>
      <div>
        <p class="hint">{texts.variablesHint}</p>
        <ul class="variables">
          {VARIABLES.map((variable) => (
            <li key={variable}>
              <button type="button" title={texts.variables[variable]} onClick={() => insert(variable)}>
                {texts.variables[variable]}
              </button>
            </li>
          ))}
        </ul>
      </div>
      <Preview text={text} language={language} />
    </>
  );
}

function Preview({ text, language }: { text: string; language: string }) {
  const texts = lead.value.settings.canned;
  return (
    <section aria-label={texts.preview}>
      <p class="hint">{texts.preview}</p>
      <p class="filled-preview" lang={language} aria-live="off">
        {preview(text, texts.examples).map((piece, at) =>
          piece.kind === "plain" ? (
            piece.text
          ) : (
            <mark key={at} class={piece.kind}>
              {piece.text}
            </mark>
          ),
        )}
      </p>
      {preview(text, texts.examples).some((piece) => piece.kind === "unknown") && (
        <p class="field-error">{texts.unknown}</p>
      )}
    </section>
  );
}

interface LanguagesProps {
  readonly languages: readonly string[];
  readonly language: string;
  readonly onChoose: (language: string) => void;
  readonly onAdd: (language: string) => void;
}

/** Those that customers of most teams write in. */
const COMMON = ["en", "de", "es", "fr", "it", "nl", "pl", "pt", "tr"];

function Languages({ languages, language, onChoose, onAdd }: LanguagesProps) {
  const texts = lead.value.settings.canned;
  const others = COMMON.filter((tag) => !languages.includes(tag));
  return (
    <fieldset class="field-group">
      <legend>{texts.languages}</legend>
      <div class="tabs">
        {languages.map((tag) => (
          <button type="button" key={tag} aria-pressed={tag === language} onClick={() => onChoose(tag)}>
            {languageName(tag)}
          </button>
        ))}
        <select
          aria-label={texts.addLanguage}
          value=""
          onChange={(event) => event.currentTarget.value && onAdd(event.currentTarget.value)}
        >
          <option value="">{texts.addLanguage}</option>
          {others.map((tag) => (
            <option key={tag} value={tag}>
              {languageName(tag)}
            </option>
          ))}
        </select>
      </div>
    </fieldset>
  );
}

function languageName(tag: string): string {
  return new Intl.DisplayNames([locale.value], { type: "language", fallback: "code" }).of(tag) ?? tag;
}
