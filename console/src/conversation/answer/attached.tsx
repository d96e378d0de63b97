/** The files that go with an answer: those that are there, and those on their way. */
import type { Limits } from "../../api/types";
import { t } from "../../i18n";
import { inBytes } from "../../i18n/bytes";
import type { Enclosed } from "../../store/drafts";
import { CloseIcon, FileIcon } from "../../ui/icons";
import { room } from "../room";

interface Props {
  readonly id: string;
  readonly files: readonly Enclosed[];
  readonly rules: Limits["files"];
}

export function Attached({ id, files, rules }: Props) {
  const texts = t.value.conversation.upload;
  const { uploads, drafts } = room();
  const coming = uploads.of(id);
  if (!files.length && !coming.length) return null;
  const remove = (file: Enclosed) => drafts.change(id, { files: files.filter((other) => other !== file) });
  return (
    <ul class="attached" aria-label={texts.attached}>
      {files.map((file) => (
        <li key={file.uploadId}>
          <FileIcon />
          <span>{file.filename}</span>
          <span class="quiet-text">
            {inBytes(file.size)}
            {isLink(file, rules) && `, ${texts.goesAsLink}`}
          </span>
          <Remove label={texts.remove(file.filename)} act={() => remove(file)} />
        </li>
      ))}
      {coming.map((item) => (
        <li key={item.key} class={item.error ? "bad" : ""}>
          <FileIcon />
          <span>{item.file.name}</span>
          <span class="quiet-text" role={item.error ? "alert" : undefined}>
            {item.error ? texts.failed(item.error) : texts.uploading(String(item.percent))}
          </span>
          {!item.error && <progress max={100} value={item.percent} aria-label={item.file.name} />}
          {item.error && uploads.objection(item, rules) === null && (
            <button type="button" class="small" onClick={() => uploads.retry(item.key, rules)}>
              {texts.retry}
            </button>
          )}
          <Remove
            label={item.error ? texts.remove(item.file.name) : texts.cancel(item.file.name)}
            act={() => uploads.remove(item.key)}
          />
        </li>
      ))}
    </ul>
  );
}

function Remove({ label, act }: { readonly label: string; act(): void }) {
  return (
    <button type="button" class="quiet icon-button small" aria-label={label} onClick={act}>
      <CloseIcon />
    </button>
  );
}

function isLink(file: Enclosed, rules: Limits["files"]): boolean {
  const kind = rules.types.find(({ content_type }) => content_type === file.contentType);
  return kind !== undefined && file.size > kind.bytes_as_file;
}
