/** Text as it was typed, with what is surely a web address as a link that tells nobody where it was. */
import { useState } from "preact/hooks";
import { t } from "../../i18n";

/** Addresses of the web, without the full stop or bracket that ends the sentence. */
const ADDRESS = /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]/g;
/** A very long text is shown in parts, as somebody asks for them: laying out a megabyte at once takes seconds. */
const MOST = 20_000;

export function Linked({ text }: { readonly text: string }) {
  const [most, setMost] = useState(MOST);
  const shown = text.length > most ? text.slice(0, most) : text;
  return (
    <div class="text" dir="auto">
      {parts(shown).map((part, n) =>
        part.isLink ? (
          <a key={n} href={part.text} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
      {shown.length < text.length && (
        <button type="button" class="small" onClick={() => setMost(most * 5)}>
          {t.value.conversation.message.whole}
        </button>
      )}
    </div>
  );
}

export function parts(text: string): { readonly text: string; readonly isLink: boolean }[] {
  const found: { text: string; isLink: boolean }[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index), isLink: false });
    found.push({ text: match[0], isLink: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end), isLink: false });
  return found;
}
