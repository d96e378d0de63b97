/** Raw bytes to look at: as hexadecimal lines, and as text in which nothing can hide or act. */

export interface HexLine {
  readonly offset: string;
  readonly hex: string;
  readonly text: string;
}

const WIDTH = 16;

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/** `00000010  48 65 6c 6c 6f  Hello`: so many bytes from the first on. */
export function hexLines(bytes: Uint8Array, most: number): readonly HexLine[] {
  const lines: HexLine[] = [];
  for (let from = 0; from < Math.min(bytes.length, most); from += WIDTH) {
    const part = [...bytes.subarray(from, from + WIDTH)];
    lines.push({
      offset: from.toString(16).padStart(8, "0"),
      hex: part.map((byte) => byte.toString(16).padStart(2, "0")).join(" "),
      text: part.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".")).join(""),
    });
  }
  return lines;
}

/** Characters that are not seen, or turn the direction of what is: they are written out. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/** The bytes as UTF-8; what is no UTF-8 is �. Line ends and tabs stay, all else that is not seen is named. */
export function plainText(bytes: Uint8Array, most: number): string {
  const text = new TextDecoder().decode(bytes.subarray(0, most));
  return text.replace(HIDDEN, (found) => (found === "\n" || found === "\t" ? found : named(found)));
}

function named(character: string): string {
  if (character === "\r") return "";
  const code = character.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** Whether it reads as text: hardly anything in it is none. */
export function isText(bytes: Uint8Array): boolean {
  const sample = plainText(bytes, 4096);
  const odd = sample.match(/⟨U\+|\uFFFD/g)?.length ?? 0;
  return odd * 20 <= sample.length;
}
