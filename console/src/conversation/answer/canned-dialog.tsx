/** All canned responses of a conversation, to search in and to read before one is used. */
import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n";
import { Dialog } from "../../ui/dialog";
import { languageName } from "../message/language";
import { type Canned, canned, fitting, readCanned } from "./canned";

interface Props {
  readonly id: string;
  onTake(chosen: Canned): void;
  onClose(): void;
}

export default function CannedDialog({ id, onTake, onClose }: Props) {
  const texts = t.value.conversation.canned;
  const [query, setQuery] = useState("");
  const [chosen, setChosen] = useState(0);
  useEffect(() => void readCanned(id), [id]);
  const { items, hasFailed } = canned.value;
  const found = fitting(items ?? [], query);
  const shown = found[Math.min(chosen, found.length - 1)];
  const take = () => shown && onTake(shown);
  const press = (event: KeyboardEvent) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter") take();
    else if (move) setChosen(Math.max(0, Math.min(found.length - 1, chosen + move)));
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={texts.title} onClose={onClose}>
      <input
        type="search"
        aria-label={texts.search}
        placeholder={texts.search}
        value={query}
        onInput={({ currentTarget }) => {
          setQuery(currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={press}
      />
      {hasFailed && (
        <p role="alert">
          {texts.failed}{" "}
          <button type="button" onClick={() => void readCanned(id)}>
            {t.value.shell.retry}
          </button>
        </p>
      )}
      {!items && !hasFailed && <p class="quiet-text">{t.value.shell.loading}</p>}
      {items && !found.length && <p class="quiet-text">{texts.none}</p>}
      <ul class="canned-list">
        {found.map((item, n) => (
          <li key={item.shortcut}>
            <button type="button" aria-pressed={item === shown} onClick={() => setChosen(n)} onDblClick={take}>
              <strong>/{item.shortcut}</strong> {item.title}
            </button>
          </li>
        ))}
      </ul>
      {shown && (
        <section class="canned-preview" aria-live="polite">
          <p class="text">{shown.text}</p>
          <p class="quiet-text">{texts.inLanguage(languageName(shown.language))}</p>
          {shown.missing.length > 0 && <p class="warn">{texts.missing(shown.missing.join(", "))}</p>}
        </section>
      )}
      <div class="dialog-buttons">
        <button type="button" class="primary" disabled={!shown} onClick={take}>
          {texts.use}
        </button>
      </div>
    </Dialog>
  );
}
