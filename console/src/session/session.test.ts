import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { challenge, isSignedOut, Session } from "./session";
import type { Settings } from "./settings";

const SETTINGS: Settings = {
  stage: "test",
  client_id: "client",
  authorize_url: "https://sign-in.example/oauth2/authorize",
  token_url: "https://sign-in.example/oauth2/token",
  revoke_url: "https://sign-in.example/oauth2/revoke",
  logout_url: "https://sign-in.example/logout",
  api: "/agent",
};
const asked = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
const leave = vi.spyOn(location, "assign").mockImplementation(() => undefined);

beforeEach(() => {
  sessionStorage.clear();
  asked.mockReset();
  leave.mockClear();
  isSignedOut.value = false;
  vi.stubGlobal("fetch", asked);
});
afterEach(() => vi.unstubAllGlobals());

function signedIn(secondsLeft = 3_600): Session {
  const tokens = { access: "old", refresh: "refresh", expiresAt: Date.now() + secondsLeft * 1_000 };
  sessionStorage.setItem("switchboard.tokens", JSON.stringify(tokens));
  return new Session(SETTINGS);
}

function answers(status: number, body: object = {}): void {
  asked.mockImplementation(async () => new Response(JSON.stringify(body), { status }));
}

test("a good token is used as it is", async () => {
  expect(await signedIn().token()).toBe("old");
  expect(asked).not.toHaveBeenCalled();
});

test("a token that is about to end is exchanged, once for all who ask", async () => {
  answers(200, { access_token: "new", expires_in: 3_600 });
  const session = signedIn(30);
  expect(await Promise.all([session.token(), session.token()])).toEqual(["new", "new"]);
  expect(asked).toHaveBeenCalledOnce();
});

test("a refresh token that is good no more ends the session", async () => {
  answers(400, { error: "invalid_grant" });
  expect(await signedIn(30).token()).toBeNull();
  expect(isSignedOut.value).toBe(true);
});

test.each([429, 500, 503])("a sign-in that answers %s ends nothing", async (status) => {
  answers(status);
  const session = signedIn(30);
  await expect(session.token()).rejects.toThrow();
  expect(isSignedOut.value).toBe(false);
});

test("a tunnel ends nothing", async () => {
  asked.mockRejectedValue(new TypeError("no network"));
  await expect(signedIn(30).token()).rejects.toThrow();
  expect(isSignedOut.value).toBe(false);
});

test("signing out revokes the refresh token, forgets it, and leaves", () => {
  answers(200);
  signedIn().signOut();
  expect(asked.mock.calls[0]?.[0]).toBe(SETTINGS.revoke_url);
  expect(sessionStorage.getItem("switchboard.tokens")).toBeNull();
  expect(String(leave.mock.calls[0]?.[0])).toContain("https://sign-in.example/logout?client_id=client");
});

test("who signs out in one tab is signed out in the others", async () => {
  answers(400);
  const session = signedIn();
  dispatchEvent(new StorageEvent("storage", { key: "switchboard.signed-out" }));
  expect([isSignedOut.value, await session.token()]).toEqual([true, null]);
});

test("nobody who isn't signed in stays on the page", async () => {
  expect(await new Session(SETTINGS).begin()).toBe(false);
  expect(String(leave.mock.calls[0]?.[0])).toContain("code_challenge_method=S256");
});

test("the challenge is the one of RFC 7636", async () => {
  const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
  expect(await challenge(verifier)).toBe("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
});
