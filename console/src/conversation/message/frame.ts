/**
 * A mail's HTML as a document for a sandboxed frame: no scripts, no forms, nothing from elsewhere, links in a new tab.
 *
 * The API has sanitised it already; this holds without that. Three walls stand one behind the other: what is taken out
 * here, the document's own policy, and the frame's sandbox, which runs nothing and leaves nowhere.
 */

/** The frame's `sandbox`: links open new tabs, and those are ordinary ones. Its origin is nobody's. */
export const SANDBOX = "allow-popups allow-popups-to-escape-sandbox";
/** Letters of HTML that are shown; a browser lays out more for seconds. */
export const MOST = 500_000;

const UNWANTED = "script, link, meta, base, title, iframe, frame, frameset, object, embed, applet, portal, template";
const STYLE =
  "margin:12px;background:#fff;color:#1b211d;color-scheme:light;overflow-wrap:anywhere;font:15px/1.5 system-ui,sans-serif";

/** Pictures of the mail itself: the address of each by its content id. */
export type Pictures = ReadonlyMap<string, string>;

/** The pictures that a mail names. */
export interface Named {
  /** The content ids of its own, which are files of the message, in the order in which they stand there. */
  readonly ids: readonly string[];
  /** Whether others are elsewhere; to fetch them tells whoever wrote that they are read. */
  readonly hasRemote: boolean;
}

export function picturesIn(html: string): Named {
  const images = [...read(html.slice(0, MOST)).querySelectorAll("img")];
  const ids = images.map((image) => idOf(image)).filter((id) => id !== null);
  return { ids: [...new Set(ids)], hasRemote: images.some((image) => remoteOf(image, true)) };
}

/** The document to show; of its own pictures only those that are given, and none from elsewhere unless asked for. */
export function mailDocument(html: string, pictures: Pictures = new Map(), withRemote = false): string {
  const mail = read(html.slice(0, MOST));
  for (const unwanted of mail.querySelectorAll(UNWANTED)) unwanted.remove();
  for (const link of mail.querySelectorAll("a, area, form")) lead(link);
  for (const image of mail.querySelectorAll("img")) place(image, pictures, withRemote);
  const origins = new Set([...pictures.values()].map((address) => new URL(address).origin));
  if (withRemote) origins.add("https:");
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data: ${[...origins].join(" ")}; base-uri 'none'; form-action 'none'`;
  const head = `<meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="referrer" content="no-referrer">`;
  return `<!doctype html><html><head><meta charset="utf-8">${head}</head><body style="${STYLE}">${mail.body.innerHTML}</body></html>`;
}

/**
 * Show a document in a frame, which has no cookies: where pictures are from may know the agent. Browsers that ask for
 * trusted types take HTML from nowhere else in the page.
 */
export function showIn(frame: HTMLIFrameElement, shown: string): void {
  frame.setAttribute("credentialless", "");
  frame.srcdoc = trusted(shown);
}

function lead(link: Element): void {
  link.removeAttribute("ping");
  link.setAttribute("target", "_blank");
  link.setAttribute("rel", "noopener noreferrer nofollow");
}

function place(image: HTMLImageElement, pictures: Pictures, withRemote: boolean): void {
  const address = pictures.get(idOf(image) ?? "") ?? remoteOf(image, withRemote);
  if (address !== undefined) image.setAttribute("src", address);
  image.removeAttribute("srcset");
  image.style.maxWidth = "100%";
}

function idOf(image: HTMLImageElement): string | null {
  const source = image.getAttribute("src") ?? "";
  return source.toLowerCase().startsWith("cid:") ? source.slice(4) : null;
}

/** Where a picture from elsewhere is; empty while nobody asked for it, undefined if it is none. */
function remoteOf(image: HTMLImageElement, isAsked: boolean): string | undefined {
  const source = image.getAttribute("src") ?? "";
  if (!/^remote:https:\/\//i.test(source)) return undefined;
  return isAsked ? source.slice("remote:".length) : "";
}

/** Parsed apart from the page: nothing in it runs or is loaded. */
function read(html: string): Document {
  return new DOMParser().parseFromString(trusted(html), "text/html");
}

interface Policy {
  createHTML(html: string): string;
}
interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

let policy: Policy | null = null;

/** The only policy that the page's own (`trusted-types mail`) knows. */
function trusted(html: string): string {
  const factory = (window as { trustedTypes?: Factory }).trustedTypes;
  policy ??= factory?.createPolicy("mail", { createHTML: (text) => text }) ?? { createHTML: (text) => text };
  return policy.createHTML(html);
}
