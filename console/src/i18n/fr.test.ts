import { expect, test } from "vitest";

const sources = import.meta.glob<string>("./fr/*.ts", { query: "?raw", import: "default", eager: true });
const LITERAL = /"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g;
const FILLED_IN = /\$\{(?:[^{}]|\$\{[^{}]*\})*\}/g;

test.each(Object.keys(sources))("in %s no line breaks before a colon or a question mark", (path) => {
  const texts = sources[path]?.replaceAll(FILLED_IN, "x").match(LITERAL) ?? [];
  expect(texts.length).toBeGreaterThan(0);
  expect(texts.filter((text) => /[^\s] [:;!?»]|« /.test(text))).toEqual([]);
});
