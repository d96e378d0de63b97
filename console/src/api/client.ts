/**
 * The API, typed by its own document. A refused request throws `Problem`, one that found no network `Offline`; every
 * other module only ever sees answers.
 *
 *     const known = await api("GET", "/conversations/{conversation_id}", { path: { conversation_id } });
 */
import type { paths } from "./schema";

/** RFC 9457: what the API refused, in its own words, which name the remedy. */
export class Problem extends Error {
  override name = "Problem";
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {
    super(detail);
  }
}

/** Nobody answered. What was asked may be asked again; a reply with the same key is the same reply. */
export class Offline extends Error {
  override name = "Offline";
}

type Method = "GET" | "POST" | "PUT" | "DELETE";
type Lower<M extends Method> = Lowercase<M> & keyof paths[keyof paths];
type PathsOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends { [K in Lower<M>]: { responses: unknown } } ? P : never;
}[keyof paths];
type Of<M extends Method, P extends keyof paths> = paths[P][Lower<M>];
type Json<T> = T extends { content: { "application/json": infer Body } } ? Body : undefined;
type Given<R> = R extends { 200: infer T }
  ? Json<T>
  : R extends { 201: infer T }
    ? Json<T>
    : R extends { 202: infer T }
      ? Json<T>
      : undefined;
/** What an operation answers. */
export type Answer<M extends Method, P extends PathsOf<M>> = Of<M, P> extends { responses: infer R } ? Given<R> : never;
type Parameters<O> = O extends { parameters: infer P } ? P : never;
type PathOf<O> = Parameters<O> extends { path: infer T } ? T : undefined;
type QueryOf<O> = Parameters<O> extends { query?: infer T } ? T : undefined;
type Enclosed<O> = O extends { requestBody?: infer T } ? NonNullable<T> : never;
type BodyOf<O> = [Enclosed<O>] extends [{ content: { "application/json": infer T } }] ? T : undefined;

/** What a request is made of; `key` and `ifMatch` are headers that the operation's document names. */
export interface Asked<O> {
  readonly path?: PathOf<O>;
  readonly query?: QueryOf<O>;
  readonly body?: BodyOf<O>;
  readonly key?: string;
  readonly ifMatch?: string | undefined;
  readonly signal?: AbortSignal;
  /** The request outlives the page: for what is sent while it is being left. */
  readonly keepalive?: boolean;
}

/** Where tokens come from. */
export interface Bearer {
  token(): Promise<string | null>;
  renew(): Promise<string | null>;
}

export type Api = <M extends Method, P extends PathsOf<M>>(
  method: M,
  path: P,
  asked?: Asked<Of<M, P>>,
) => Promise<Answer<M, P>>;

/** `heardAt` is told the `Date` of every answer, and when it was asked for: see `i18n/time.ts`. */
export function makeApi(base: string, bearer: Bearer, heardAt?: (date: string, askedAt: number) => void): Api {
  return async (method, path, asked = {}) => {
    const url = base + fill(path, asked.path ?? {}, asked.query ?? {});
    const sent = async (token: string | null) => {
      const askedAt = Date.now();
      const answer = await fetchOnce(url, request(method, asked, token));
      const date = answer.headers.get("date");
      if (date) heardAt?.(date, askedAt);
      return answer;
    };
    let answer = await sent(await guarded(bearer.token()));
    if (answer.status === 401) answer = await sent(await guarded(bearer.renew()));
    if (!answer.ok) throw new Problem(answer.status, await detailOf(answer));
    return (answer.status === 204 ? undefined : await answer.json()) as never;
  };
}

async function guarded(token: Promise<string | null>): Promise<string | null> {
  try {
    return await token;
  } catch (error) {
    throw new Offline(String(error));
  }
}

async function fetchOnce(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Offline(String(error));
  }
}

function request(method: string, asked: Asked<unknown>, token: string | null): RequestInit {
  const headers: Record<string, string> = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (asked.body !== undefined) headers["content-type"] = "application/json";
  if (asked.key) headers["idempotency-key"] = asked.key;
  if (asked.ifMatch) headers["if-match"] = asked.ifMatch;
  const body = asked.body === undefined ? null : JSON.stringify(asked.body);
  return { method, headers, body, signal: asked.signal ?? null, keepalive: asked.keepalive ?? false };
}

/** A path with its parts, each encoded, and its query without what is not set. */
export function fill(path: string, parts: object, query: object): string {
  const values = new Map<string, unknown>(Object.entries(parts));
  const filled = path.replace(/{(\w+)}/g, (_, name: string) => encodeURIComponent(String(values.get(name) ?? "")));
  const asked = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  const search = new URLSearchParams(asked.map(([name, value]) => [name, String(value)])).toString();
  return search ? `${filled}?${search}` : filled;
}

async function detailOf(answer: Response): Promise<string> {
  try {
    const problem = (await answer.json()) as { detail?: string; title?: string; message?: string };
    return problem.detail ?? problem.title ?? problem.message ?? `HTTP ${answer.status}`;
  } catch {
    return `HTTP ${answer.status}`;
  }
}
