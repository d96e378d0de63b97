import { afterEach, beforeEach, expect, test } from "vitest";
import { Drafts } from "./drafts";

const DAY = 86_400_000;
let now = 100 * DAY;
let drafts: Drafts;
const opened: Drafts[] = [];
const open = (agent = "ann") => {
  const made = new Drafts(agent, localStorage, () => now);
  opened.push(made);
  return made;
};

beforeEach(() => {
  localStorage.clear();
  now = 100 * DAY;
  drafts = open();
});
afterEach(() => {
  for (const made of opened.splice(0)) made.stop();
});

test("what was typed is there after a reload", () => {
  drafts.change("c1", { answer: "Hello" });
  expect(open().of("c1").value).toMatchObject({ answer: "Hello", mode: "answer" });
});

test("every conversation has its own, and every agent", () => {
  drafts.change("c1", { answer: "Hello" });
  expect(drafts.has("c2")).toBe(false);
  expect(open("ben").has("c1")).toBe(false);
});

test("an answer and a note are kept apart", () => {
  drafts.change("c1", { answer: "To the customer", note: "Between us", mode: "note" });
  drafts.clear("c1", "note");
  expect(drafts.of("c1").value).toMatchObject({ answer: "To the customer", note: "", mode: "note" });
});

test("nothing is kept of what is empty", () => {
  drafts.change("c1", { answer: "Hello" });
  drafts.change("c1", { answer: " " });
  expect(localStorage.length).toBe(0);
});

test("what did not go stands before what was written meanwhile", () => {
  drafts.change("c1", { answer: "And another thing" });
  drafts.restore("c1", "answer", "First");
  expect(drafts.of("c1").value.answer).toBe("First\n\nAnd another thing");
});

test("files that did not go come back with the words", () => {
  const file = { uploadId: "u", filename: "a.pdf", contentType: "application/pdf", size: 1 };
  drafts.restore("c1", "answer", "Here", { files: [file], cc: ["a@b.example"] });
  expect(open().of("c1").value).toMatchObject({ files: [file], cc: ["a@b.example"] });
});

test("a draft that nobody touched for a month is forgotten", () => {
  drafts.change("c1", { answer: "Hello" });
  now += 31 * DAY;
  expect(open().has("c1")).toBe(false);
});

test("what is unreadable is no draft", () => {
  localStorage.setItem("switchboard.draft.ann.c9", "{");
  expect(open().has("c9")).toBe(false);
});

test("what is typed in another tab shows here", () => {
  const shown = drafts.of("c1");
  localStorage.setItem("switchboard.draft.ann.c1", JSON.stringify({ answer: "From there" }));
  dispatchEvent(Object.assign(new Event("storage"), { key: "switchboard.draft.ann.c1" }));
  expect(shown.value.answer).toBe("From there");
});

test("a browser without room keeps it in the page", () => {
  const full = Object.assign(Object.create(localStorage) as Storage, {
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
    getItem: () => null,
    key: () => null,
  });
  const made = new Drafts("ann", full, () => now);
  made.change("c1", { answer: "Hello" });
  expect(made.of("c1").value.answer).toBe("Hello");
  made.stop();
});
