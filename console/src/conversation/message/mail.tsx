/** A mail as it was designed, in a frame that runs nothing and loads nothing; its own pictures when somebody asks. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Attachment, WholeMessage } from "../../api/types";
import { t } from "../../i18n";
import { ImageIcon } from "../../ui/icons";
import { tellError } from "../../ui/toast";
import { isPicture, release } from "./files";
import { MOST, mailDocument, type Pictures, picturesIn, SANDBOX, showIn } from "./frame";

interface Props {
  readonly html: string;
  readonly message: WholeMessage;
  readonly conversationId: string;
  readonly author: string;
}

export function MailFrame({ html, message, conversationId, author }: Props) {
  const texts = t.value.conversation.message;
  const frame = useRef<HTMLIFrameElement>(null);
  const [pictures, setPictures] = useState<Pictures | null>(null);
  const [withRemote, setWithRemote] = useState(false);
  const named = useMemo(() => picturesIn(html), [html]);
  const shown = useMemo(() => mailDocument(html, pictures ?? undefined, withRemote), [html, pictures, withRemote]);
  useEffect(() => {
    if (frame.current) showIn(frame.current, shown);
  }, [shown]);
  const files = message.attachments.filter((file) => isPicture(file) && file.state === "ready");
  const load = () =>
    find(named.ids, files, { conversationId, messageId: message.message_id }).then(setPictures, tellError);
  return (
    <>
      {html.length > MOST && <p class="quiet-text">{texts.cut}</p>}
      {!pictures && files.length > 0 && named.ids.length > 0 && (
        <button type="button" class="small" onClick={() => void load()}>
          <ImageIcon /> {texts.pictures}
        </button>
      )}
      {!withRemote && named.hasRemote && (
        <button type="button" class="small" title={texts.remoteTells} onClick={() => setWithRemote(true)}>
          <ImageIcon /> {texts.remotePictures}
        </button>
      )}
      <iframe ref={frame} class="mail-frame" sandbox={SANDBOX} title={texts.mailFrame(author)} />
    </>
  );
}

/**
 * Which file is which picture: the API doesn't tell content ids, which mail programs make from the file's name, or
 * there is one of each; what can't be told stays among the files.
 */
async function find(
  ids: readonly string[],
  files: readonly Attachment[],
  owner: { conversationId: string; messageId: string },
): Promise<Pictures> {
  const only = ids.length === 1 && files.length === 1;
  const pairs = ids.flatMap((id) => {
    const file = only ? files[0] : files.find(({ filename }) => filename && isNamed(id, filename));
    return file ? [[id, file.n] as const] : [];
  });
  return new Map(await Promise.all(pairs.map(async ([id, n]) => [id, await release(owner, n)] as const)));
}

function isNamed(id: string, filename: string): boolean {
  const name = filename.toLowerCase();
  return id.toLowerCase() === name || id.toLowerCase().startsWith(`${name}@`);
}
