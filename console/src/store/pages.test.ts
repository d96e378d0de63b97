import { expect, test, vi } from "vitest";
import { Pages } from "./pages";

test("pages follow each other by their cursors", async () => {
  const read = vi.fn(async (cursor: string | undefined) =>
    cursor ? { items: ["c"], cursor: null } : { items: ["a", "b"], cursor: "1" },
  );
  const pages = new Pages(read);
  await pages.load();
  expect(pages.hasMore.value).toBe(true);
  await pages.more();
  expect(pages.items.value).toEqual(["a", "b", "c"]);
  expect(pages.hasMore.value).toBe(false);
});

test("a page that a filter left empty is passed over", async () => {
  const pages = new Pages(async (cursor) => (cursor ? { items: ["a"], cursor: null } : { items: [], cursor: "1" }));
  await pages.load();
  expect(pages.items.value).toEqual(["a"]);
});

test("what was read stays where the next page fails", async () => {
  const pages = new Pages(async (cursor) => {
    if (cursor) throw new Error("no network");
    return { items: ["a"], cursor: "1" };
  });
  await pages.load();
  await pages.more();
  expect(pages.state.value).toBe("failed");
  expect(pages.items.value).toEqual(["a"]);
});

test("an answer that was overtaken is not shown", async () => {
  const answers: ((page: { items: string[]; cursor: null }) => void)[] = [];
  const pages = new Pages<string>(() => new Promise((answer) => answers.push(answer)));
  const first = pages.load();
  const second = pages.load();
  answers[1]?.({ items: ["new"], cursor: null });
  answers[0]?.({ items: ["old"], cursor: null });
  await Promise.all([first, second]);
  expect(pages.items.value).toEqual(["new"]);
});
