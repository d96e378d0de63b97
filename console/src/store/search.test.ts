import { beforeEach, expect, test } from "vitest";
import { Offline } from "../api/client";
import type { Listed } from "../api/types";
import { answering } from "../testing/api";
import { waiting } from "../testing/conversations";
import { forget } from "./conversations";
import { guess, Search } from "./search";

beforeEach(() => forget("a"));

/** A search whose pages these are. */
function searching(pages: readonly (readonly Listed[])[]) {
  const { api, asked } = answering({
    "POST /search": ({ body }) => {
      const page = Number((body as { cursor?: string }).cursor ?? 0);
      return { items: pages[page] ?? [], cursor: page + 1 < pages.length ? String(page + 1) : null };
    },
  });
  return { search: new Search(api, { by: "text", words: "late parcel", filters: { queue: "support" } }), asked };
}

test("words are looked for in the queue that is chosen", async () => {
  const { search, asked } = searching([[waiting("a")]]);
  await search.load();
  expect(asked[0]?.body).toEqual({ text: "late parcel", queue: "support", limit: 50 });
  expect(search.ids.value).toEqual(["a"]);
});

test("pages without anything are passed over", async () => {
  const { search } = searching([[], [], [waiting("a")]]);
  await search.load();
  expect([search.ids.value, search.hasMore.value]).toEqual([["a"], false]);
});

test("after some of them the agent decides whether to look further", async () => {
  const { search, asked } = searching([...Array.from({ length: 8 }, () => []), [waiting("a")]]);
  await search.load();
  expect([asked.length, search.ids.value, search.hasMore.value]).toEqual([6, [], true]);
  await search.more();
  expect(search.ids.value).toEqual(["a"]);
});

test("a failure is told, and can be tried again", async () => {
  let isDown = true;
  const { api } = answering({
    "POST /search": () => {
      if (isDown) throw new Offline("no network");
      return { items: [waiting("a")], cursor: null };
    },
  });
  const search = new Search(api, { by: "customer", words: "+15550100", filters: {} });
  await search.load();
  expect(search.state.value).toBe("failed");
  isDown = false;
  await search.again();
  expect(search.ids.value).toEqual(["a"]);
});

test.each([
  ["mia@example.com", "customer"],
  ["+1 (555) 010-0123", "customer"],
  ["4411", "text"],
  ["late parcel", "text"],
  ["write to mia@example.com", "text"],
])("%s is looked for as %s", (words, by) => {
  expect(guess(words)).toBe(by);
});
