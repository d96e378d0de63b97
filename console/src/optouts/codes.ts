/** Codes of erasures that were asked for in this tab: they name nobody, so they may be remembered. */
import { signal } from "@preact/signals";

const CODES = "switchboard.erasures";
const MOST = 10;

export const codes = signal<readonly string[]>(read());

export function remember(code: string): void {
  codes.value = [code, ...codes.value.filter((known) => known !== code)].slice(0, MOST);
  sessionStorage.setItem(CODES, JSON.stringify(codes.value));
}

function read(): readonly string[] {
  return JSON.parse(sessionStorage.getItem(CODES) ?? "[]") as readonly string[];
}
