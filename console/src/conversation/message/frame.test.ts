import { expect, test } from "vitest";
import { MOST, mailDocument, picturesIn, SANDBOX, showIn } from "./frame";

const body = (html: string, pictures?: Map<string, string>) => mailDocument(html, pictures).split("<body")[1] ?? "";

test("the frame may open tabs, and nothing else", () => {
  expect(SANDBOX.split(" ").sort()).toEqual(["allow-popups", "allow-popups-to-escape-sandbox"]);
});

test("the document's own policy forbids everything but its styles and pictures within it", () => {
  expect(mailDocument("<p>Hi</p>")).toContain("default-src 'none'; style-src 'unsafe-inline'; img-src data: ;");
});

test("the policy stands before anything that a stranger wrote", () => {
  const shown = mailDocument("</head><img src=x>");
  expect(shown.indexOf("Content-Security-Policy")).toBeLessThan(shown.indexOf("<img"));
});

test.each([
  ["a script", "<script>alert(1)</script>"],
  ["a refresh", '<meta http-equiv="refresh" content="0;url=https://evil.example">'],
  ["a base", '<base href="https://evil.example/">'],
  ["a connection made ahead", '<link rel="preconnect" href="https://evil.example">'],
  ["an object", '<object data="https://evil.example"></object>'],
])("%s is taken out", (_, hostile) => {
  expect(body(`${hostile}<p>Hello</p>`)).toMatch(/^[^>]*><p>Hello<\/p><\/body>/);
});

test("a link opens in a new tab and tells nobody where it was", () => {
  const shown = body('<a href="https://example.com" target="_top" ping="https://evil.example">x</a>');
  expect(shown).toContain('target="_blank"');
  expect(shown).toContain('rel="noopener noreferrer nofollow"');
  expect(shown).not.toContain("ping");
});

test("a picture of the mail is shown once it has an address, and only its origin is allowed", () => {
  const pictures = new Map([["pic1", "https://files.example/a.png?signed=1"]]);
  const shown = mailDocument('<img src="cid:pic1">', pictures);
  expect(shown).toContain('src="https://files.example/a.png?signed=1"');
  expect(shown).toContain("img-src data: https://files.example;");
});

test("a picture from elsewhere gets no permission", () => {
  expect(
    mailDocument('<img src="https://tracker.example/p.gif">', new Map([["a", "https://files.example/a"]])),
  ).toContain("img-src data: https://files.example;");
});

const REMOTE = '<img src="remote:https://shop.example/a.png">';

test("a picture from elsewhere is loaded only when somebody asks", () => {
  expect(picturesIn(REMOTE).hasRemote).toBe(true);
  expect(mailDocument(REMOTE)).not.toContain("shop.example");
  expect(mailDocument(REMOTE)).toContain("img-src data: ;");
  expect(mailDocument(REMOTE, new Map(), true)).toContain('src="https://shop.example/a.png"');
  expect(mailDocument(REMOTE, new Map(), true)).toContain("img-src data: https:;");
});

test("asking for pictures from elsewhere brings nothing else from there", () => {
  const asked = mailDocument('<img src="remote:javascript:alert(1)"><img src="http://x.example/a">', new Map(), true);
  expect(asked).toContain('src="remote:javascript:alert(1)"');
  expect(asked).toContain("default-src 'none'");
});

test("it is known whether there are pictures to show, and which", () => {
  const own = '<img src="cid:a@b"><img src="cid:c"><img src="CID:c"><img src="data:image/gif;base64,R0">';
  expect(picturesIn(own)).toEqual({ ids: ["a@b", "c"], hasRemote: false });
  const remote = '<img alt="1 > 0" src="remote:HTTPS://shop.example/a.png">';
  expect(picturesIn(remote)).toEqual({ ids: [], hasRemote: true });
  expect(mailDocument(remote, new Map(), true)).toContain('src="HTTPS://shop.example/a.png"');
});

test("the frame has no cookies from the first thing that it shows", () => {
  const frame = document.createElement("iframe");
  showIn(frame, "<p>Hi</p>");
  expect(frame.hasAttribute("credentialless")).toBe(true);
});

test("a huge mail is cut before it is read", () => {
  expect(mailDocument(`<p>${"x".repeat(5 * MOST)}</p>`).length).toBeLessThan(MOST + 2000);
});
