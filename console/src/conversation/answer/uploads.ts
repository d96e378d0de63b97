/** Files on their way to where answers take them from: each with its progress, and why it did not get there. */
import { signal } from "@preact/signals";
import type { Api } from "../../api/client";
import type { Limits } from "../../api/types";
import { t } from "../../i18n";
import { inBytes } from "../../i18n/bytes";
import type { Drafts, Enclosed } from "../../store/drafts";
import { wordsOf } from "../../ui/toast";

export interface Uploading {
  readonly key: number;
  readonly conversationId: string;
  readonly file: File;
  readonly percent: number;
  /** Why it is not going on. */
  readonly error: string | null;
  readonly stop: AbortController;
}

type Rules = Limits["files"];

export class Uploads {
  readonly items = signal<readonly Uploading[]>([]);
  private counted = 0;

  constructor(
    private readonly api: Api,
    private readonly drafts: Drafts,
  ) {}

  of(conversationId: string): readonly Uploading[] {
    return this.items.value.filter((item) => item.conversationId === conversationId);
  }

  /** What keeps a file from going with what is there already, in words; null if nothing does. */
  objection({ conversationId, file, key }: Pick<Uploading, "conversationId" | "file" | "key">, rules: Rules) {
    const coming = this.of(conversationId).filter((other) => other.key !== key && !other.error);
    return objection(file, [...this.drafts.of(conversationId).value.files, ...coming.map(({ file }) => file)], rules);
  }

  /** Begin with those that the channel takes; the others are there with the reason. */
  add(conversationId: string, files: Iterable<File>, rules: Rules): void {
    for (const file of files) {
      const key = ++this.counted;
      const error = this.objection({ conversationId, file, key }, rules);
      const item = { key, conversationId, file, percent: 0, error, stop: new AbortController() };
      this.items.value = [...this.items.value, item];
      if (!error) void this.carry(item, rules);
    }
  }

  retry(key: number, rules: Rules): void {
    const item = this.items.value.find((one) => one.key === key);
    this.remove(key);
    if (item) this.add(item.conversationId, [item.file], rules);
  }

  remove(key: number): void {
    this.items.value.find((item) => item.key === key)?.stop.abort();
    this.items.value = this.items.value.filter((item) => item.key !== key);
  }

  private async carry(item: Uploading, rules: Rules): Promise<void> {
    try {
      const enclosed = await this.upload(item, rules);
      if (item.stop.signal.aborted) return;
      const { files } = this.drafts.of(item.conversationId).peek();
      this.remove(item.key);
      this.drafts.change(item.conversationId, { files: [...files, enclosed] });
    } catch (error) {
      if (!item.stop.signal.aborted) this.change(item.key, { error: wordsOf(error) });
    }
  }

  private async upload({ key, conversationId, file, stop }: Uploading, rules: Rules): Promise<Enclosed> {
    const contentType = typeOf(file, rules);
    const body = { filename: file.name.slice(-100), content_type: contentType, size: file.size };
    const path = { conversation_id: conversationId };
    const place = await this.api("POST", "/conversations/{conversation_id}/uploads", {
      path,
      body,
      signal: stop.signal,
    });
    await put(place, file, stop.signal, (percent) => this.change(key, { percent }));
    return { uploadId: place.upload_id, filename: body.filename, contentType, size: file.size };
  }

  private change(key: number, changed: Partial<Uploading>): void {
    this.items.value = this.items.value.map((item) => (item.key === key ? { ...item, ...changed } : item));
  }
}

/** What keeps a file from going with the answer, in words; null if nothing does. */
export function objection(file: File, known: readonly { readonly size: number }[], rules: Rules): string | null {
  const texts = t.value.conversation.upload;
  const kind = rules.types.find(({ content_type }) => content_type === typeOf(file, rules));
  const inAll = known.reduce((sum, { size }) => sum + size, file.size);
  if (known.length >= rules.most) return texts.tooMany(rules.most);
  if (!kind) return texts.wrongType;
  if (file.size > kind.bytes_each) return texts.tooLarge(inBytes(kind.bytes_each));
  return inAll > rules.bytes_in_all ? texts.inAll(inBytes(rules.bytes_in_all)) : null;
}

/** The type as the browser has it, else by how the name ends. */
export function typeOf(file: Pick<File, "name" | "type">, rules: Rules): string {
  const said = file.type.split(";")[0]?.trim().toLowerCase() ?? "";
  if (rules.types.some(({ content_type }) => content_type === said)) return said;
  const name = file.name.toLowerCase();
  return (
    rules.types.find(({ endings }) => endings.some((ending) => name.endsWith(`.${ending.replace(/^\./, "")}`)))
      ?.content_type ?? said
  );
}

interface Place {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Signed as well, and never anybody else's to set. */
const BY_BROWSER = new Set(["content-length", "host"]);

/** `fetch` can't tell how much of a body has gone. */
function put(place: Place, file: File, signal: AbortSignal, told: (percent: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const { notStored, noConnection } = t.value.conversation.upload;
    const fail = () => reject(new Error(request.status ? notStored : noConnection));
    request.open(place.method, place.url);
    for (const [name, value] of Object.entries(place.headers)) {
      if (!BY_BROWSER.has(name.toLowerCase())) request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded, total }) => told(Math.floor((loaded / Math.max(total, 1)) * 100));
    request.onload = () => (request.status < 300 ? resolve() : fail());
    request.onerror = fail;
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
