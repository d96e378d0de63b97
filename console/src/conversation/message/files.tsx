/** The files of a message: their state in words, each to download, and a picture to look at when somebody asks. */
import { useState } from "preact/hooks";
import type { Attachment } from "../../api/types";
import { desk } from "../../desk";
import { t } from "../../i18n";
import { inBytes } from "../../i18n/bytes";
import { DownloadIcon, FileIcon, ImageIcon, WarningIcon } from "../../ui/icons";
import { tellError } from "../../ui/toast";

interface Owner {
  readonly conversationId: string;
  readonly messageId: string;
}

/** Types that a browser shows as a still picture and nothing else: an SVG may run. */
const PICTURES = /^image\/(png|jpe?g|gif|webp)$/;

export function Files({ files, owner }: { readonly files: readonly Attachment[]; readonly owner: Owner }) {
  return (
    <ul class="files">
      {files.map((file) => (
        <li key={file.n}>
          <OneFile file={file} owner={owner} />
        </li>
      ))}
    </ul>
  );
}

/** Where a file can be downloaded for five minutes. */
export async function release({ conversationId, messageId }: Owner, n: number): Promise<string> {
  const path = { conversation_id: conversationId, message_id: messageId, n };
  return (await desk().api("GET", "/conversations/{conversation_id}/messages/{message_id}/attachments/{n}", { path }))
    .url;
}

export function isPicture(file: Attachment): boolean {
  return PICTURES.test(file.sniffed_type ?? file.content_type);
}

function OneFile({ file, owner }: { readonly file: Attachment; readonly owner: Owner }) {
  const texts = t.value.conversation.files;
  const [shown, setShown] = useState<string | null>(null);
  const name = file.filename ?? texts.unnamed;
  const [state, refusal] = file.state.split(":");
  const Icon = isPicture(file) ? ImageIcon : FileIcon;
  if (state !== "ready") {
    const why = state === "fetching" ? texts.fetching : (texts.refused[refusal ?? ""] ?? texts.refusedElse);
    return (
      <span class={`file ${state === "fetching" ? "" : "refused"}`}>
        {state === "fetching" ? <Icon /> : <WarningIcon />}
        <span>{name}</span> <span class="quiet-text">{why}</span>
      </span>
    );
  }
  const fetched = (use: (url: string) => void) => void release(owner, file.n).then(use, tellError);
  const save = () => fetched((url) => download(url, name));
  const toggle = () => (shown ? setShown(null) : fetched(setShown));
  const content = (
    <>
      <Icon />
      <span>{name}</span> {file.size !== null && <span class="quiet-text">{inBytes(file.size)}</span>}
    </>
  );
  return (
    <>
      {isPicture(file) ? (
        <span class="file-actions">
          <button
            type="button"
            class="file"
            title={shown ? texts.hide(name) : texts.preview(name)}
            aria-expanded={shown !== null}
            onClick={toggle}
          >
            {content}
          </button>
          <button
            type="button"
            class="quiet icon-button"
            title={texts.download(name)}
            aria-label={texts.download(name)}
            onClick={save}
          >
            <DownloadIcon />
          </button>
        </span>
      ) : (
        <button type="button" class="file" title={texts.download(name)} onClick={save}>
          {content}
        </button>
      )}
      <Disguise file={file} />
      {shown && <img class="picture" src={shown} alt={name} referrerpolicy="no-referrer" />}
    </>
  );
}

/** The bytes are of another kind than the file says. */
function Disguise({ file: { content_type: said, sniffed_type: is } }: { readonly file: Attachment }) {
  if (!is || is === said || is.split("/")[0] === said.split("/")[0] || said === "application/octet-stream") return null;
  return <span class="file-warning">{t.value.conversation.files.declared(is)}</span>;
}

/** What is to be saved leaves the page where it is; a tab of its own would be kept back where the API took seconds. */
function download(url: string, name: string): void {
  const link = document.createElement("a");
  Object.assign(link, { href: url, download: name, rel: "noreferrer" });
  link.click();
}
