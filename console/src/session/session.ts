/**
 * Who is signed in, by Cognito's hosted pages: authorization code with PKCE (RFC 7636).
 *
 * Tokens stay in the tab's sessionStorage, which survives a reload and ends with the tab; another tab gets its own
 * through the hosted pages' cookie, without a password. Only this file knows them.
 */
import { signal } from "@preact/signals";
import type { Settings } from "./settings";

export interface Tokens {
  readonly access: string;
  readonly refresh: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What is kept while the person is at the hosted pages. */
interface Errand {
  readonly state: string;
  readonly verifier: string;
  /** Where in the console they were. */
  readonly path: string;
}

const TOKENS = "switchboard.tokens";
/** When somebody signed out in any tab: the others hear of it. */
const SIGNED_OUT = "switchboard.signed-out";
const ERRAND = "switchboard.errand";
/** A token is exchanged this long before it ends, so that no request is on its way when it does. */
const AHEAD = 60_000;

/** Nobody can say anything to the API any more, until somebody signs in again; what they typed stays. */
export const isSignedOut = signal(false);

export class Session {
  private tokens: Tokens | null = read<Tokens>(TOKENS);
  private renewal: Promise<string | null> | null = null;

  constructor(private readonly settings: Settings) {
    addEventListener("storage", (event) => {
      if (event.key === SIGNED_OUT) this.forget();
    });
  }

  /** Come back from the hosted pages, or go there. Returns false where the page is about to be left. */
  async begin(): Promise<boolean> {
    const asked = new URL(location.href).searchParams;
    if (asked.has("code") && asked.has("state")) await this.comeBack(asked);
    if (asked.has("error")) throw new Error(asked.get("error_description") ?? "signing in failed: try again");
    if (this.tokens) return true;
    await this.leave();
    return false;
  }

  /** A token for a request now; null once nobody is signed in any more. */
  async token(): Promise<string | null> {
    if (this.tokens && this.tokens.expiresAt - AHEAD > Date.now()) return this.tokens.access;
    return this.renew();
  }

  /** Exchange the refresh token, once at a time. Throws where the network fails: nobody is signed out by a tunnel. */
  renew(): Promise<string | null> {
    this.renewal ??= this.exchange().finally(() => {
      this.renewal = null;
    });
    return this.renewal;
  }

  /** Go to the hosted pages, and come back to where one is. */
  async leave(): Promise<void> {
    const verifier = random();
    const errand: Errand = { state: random(), verifier, path: location.pathname + location.search };
    sessionStorage.setItem(ERRAND, JSON.stringify(errand));
    location.assign(
      withQuery(this.settings.authorize_url, {
        response_type: "code",
        client_id: this.settings.client_id,
        redirect_uri: home(),
        scope: "openid profile",
        state: errand.state,
        code_challenge: await challenge(verifier),
        code_challenge_method: "S256",
      }),
    );
  }

  /** End it in all tabs and at the hosted pages. */
  signOut(): void {
    this.revoke();
    this.forget();
    localStorage.setItem(SIGNED_OUT, String(Date.now()));
    location.assign(withQuery(this.settings.logout_url, { client_id: this.settings.client_id, logout_uri: home() }));
  }

  private async comeBack(asked: URLSearchParams): Promise<void> {
    const errand = read<Errand>(ERRAND);
    sessionStorage.removeItem(ERRAND);
    history.replaceState(null, "", errand?.path ?? home());
    if (errand?.state !== asked.get("state")) return; // a stale or foreign link: sign in anew
    await this.ask({ grant_type: "authorization_code", code: asked.get("code") ?? "", code_verifier: errand.verifier });
  }

  private async exchange(): Promise<string | null> {
    if (this.tokens) await this.ask({ grant_type: "refresh_token", refresh_token: this.tokens.refresh });
    else isSignedOut.value = true;
    return this.tokens?.access ?? null;
  }

  private async ask(grant: Record<string, string>): Promise<void> {
    const body = new URLSearchParams({ ...grant, client_id: this.settings.client_id, redirect_uri: home() });
    const answer = await fetch(this.settings.token_url, { method: "POST", body });
    if (answer.status >= 500 || answer.status === 429) throw new Error("the sign-in doesn't answer just now");
    if (!answer.ok) return this.forget();
    const given = (await answer.json()) as { access_token: string; refresh_token?: string; expires_in: number };
    this.tokens = {
      access: given.access_token,
      refresh: given.refresh_token ?? this.tokens?.refresh ?? "",
      expiresAt: Date.now() + given.expires_in * 1000,
    };
    isSignedOut.value = false;
    sessionStorage.setItem(TOKENS, JSON.stringify(this.tokens));
  }

  /** A refresh token is good for weeks: nobody shall find it and go on. */
  private revoke(): void {
    const url = this.settings.revoke_url;
    if (!this.tokens || !url) return;
    const body = new URLSearchParams({ token: this.tokens.refresh, client_id: this.settings.client_id });
    void fetch(url, { method: "POST", body, keepalive: true }).catch(() => undefined);
  }

  private forget(): void {
    this.tokens = null;
    isSignedOut.value = true;
    sessionStorage.removeItem(TOKENS);
  }
}

/** The callback that the user pool knows. */
function home(): string {
  return location.origin + import.meta.env.BASE_URL;
}

function withQuery(url: string, query: Record<string, string>): string {
  return `${url}?${new URLSearchParams(query)}`;
}

function read<T>(key: string): T | null {
  const kept = sessionStorage.getItem(key);
  return kept ? (JSON.parse(kept) as T) : null;
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

export async function challenge(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
