/**
 * The draft of a conversation on the server, too, so that it is there on another device: kept some seconds after the
 * last letter. What was written elsewhere meanwhile is never overwritten unseen: the newer one is shown, and the other
 * stands before it.
 */
import { effect } from "@preact/signals";
import { Problem } from "../../api/client";
import type { Timeline } from "../../api/types";
import { desk } from "../../desk";
import type { Draft, Drafts } from "../../store/drafts";

const AFTER = 2_000;
/** The ETags of what lies on the server, by conversation. */
const tags = new Map<string, string>();

/** Begin; returns how to end. */
export function keepOnServer(shown: Timeline, drafts: Drafts): () => void {
  const id = shown.conversation_id;
  adopt(shown, drafts);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let kept = wordsOf(drafts.of(id).peek());
  const save = () => {
    timer = undefined;
    const draft = drafts.of(id).peek();
    kept = wordsOf(draft);
    void put(id, draft, drafts);
  };
  const stop = effect(() => {
    if (wordsOf(drafts.of(id).value) === kept) return;
    clearTimeout(timer);
    timer = setTimeout(save, AFTER);
  });
  return () => {
    stop();
    if (timer === undefined) return;
    clearTimeout(timer);
    save();
  };
}

/** Take what lies on the server, unless it is what is here. */
export function adopt(shown: Timeline, drafts: Drafts): void {
  const { conversation_id: id, draft: there } = shown;
  const isNews = there.updated_at !== null && tags.get(id) !== there.etag;
  tags.set(id, there.etag);
  if (!isNews || there.kind === "forward") return;
  const mode = there.kind === "note" ? "note" : "answer";
  const here = drafts.of(id).peek();
  if (here[mode] === there.text) return;
  if (!here[mode].trim())
    drafts.change(id, { mode, [mode]: there.text, ...(mode === "answer" ? { cc: there.cc } : {}) });
  else if (Date.parse(there.updated_at ?? "") > here.at) drafts.restore(id, mode, there.text);
}

async function put(id: string, draft: Draft, drafts: Drafts, isAgain = false): Promise<void> {
  const path = { conversation_id: id };
  const text = draft[draft.mode];
  const isAnswer = draft.mode === "answer";
  const body = {
    kind: isAnswer ? ("message" as const) : ("note" as const),
    text,
    cc: isAnswer ? draft.cc : null,
    attachments: isAnswer ? draft.files.map(({ uploadId }) => uploadId) : [],
  };
  try {
    const { etag } = await desk().api("PUT", "/conversations/{conversation_id}/draft", {
      path,
      body,
      ifMatch: tags.get(id),
    });
    tags.set(id, etag);
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 412) return; // it is kept here, and sent with the next letter
    const shown = await desk()
      .api("GET", "/conversations/{conversation_id}", { path })
      .catch(() => null);
    if (!shown) return;
    adopt(shown, drafts);
    if (!isAgain) await put(id, drafts.of(id).peek(), drafts, true);
  }
}

function wordsOf({ mode, answer, note, cc, files }: Draft): string {
  return JSON.stringify([mode, mode === "note" ? note : answer, cc, files]);
}
