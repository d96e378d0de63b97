import { expect, test } from "vitest";
import { bytesOf, hexLines, isText, plainText } from "./bytes";

const bytes = (text: string) => new TextEncoder().encode(text);

test("bytes come out of base64 as they are", () => {
  expect([...bytesOf("AP+A")]).toEqual([0, 255, 128]);
});

test("a line has sixteen bytes, with what can be read of them", () => {
  const lines = hexLines(bytes("Hello, world! \u0000 0123"), 100);
  expect(lines[0]).toEqual({
    offset: "00000000",
    hex: "48 65 6c 6c 6f 2c 20 77 6f 72 6c 64 21 20 00 20",
    text: "Hello, world! . ",
  });
  expect(lines[1]?.offset).toBe("00000010");
});

test("no more is shown than asked for", () => {
  expect(hexLines(new Uint8Array(1000), 64)).toHaveLength(4);
});

test("markup stays what it is: letters", () => {
  expect(plainText(bytes("<script>alert(1)</script>"), 100)).toBe("<script>alert(1)</script>");
});

test("what turns the direction of text or is not seen is named", () => {
  expect(plainText(bytes("invoice\u202Efdp.exe\u200B\u0007"), 100)).toBe("invoice⟨U+202E⟩fdp.exe⟨U+200B⟩⟨U+0007⟩");
});

test("line ends and tabs stay", () => {
  expect(plainText(bytes("a\r\nb\tc"), 100)).toBe("a\nb\tc");
});

test("what is no UTF-8 is shown as such and is no text", () => {
  const odd = Uint8Array.from({ length: 100 }, (_, n) => 128 + (n % 64));
  expect(plainText(odd, 3)).toBe("\uFFFD\uFFFD\uFFFD");
  expect(isText(odd)).toBe(false);
  expect(isText(bytes('{"object": "page"}'))).toBe(true);
});
