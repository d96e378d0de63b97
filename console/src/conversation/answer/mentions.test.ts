import { expect, test } from "vitest";
import { complete, matching, mentionAt, mentionsIn } from "./mentions";

const TEAM = [
  { agent_id: "a", name: "Ann" },
  { agent_id: "n", name: "Ann Novak" },
  { agent_id: "z", name: "Zoë Martín" },
];

test("an @ at the beginning or after a space begins a name", () => {
  expect(mentionAt("@", 1)).toEqual({ from: 0, query: "" });
  expect(mentionAt("ask @an", 7)).toEqual({ from: 4, query: "an" });
});

test("a name may have a space in it", () => {
  expect(mentionAt("@Ann No", 7)).toEqual({ from: 0, query: "Ann No" });
});

test("a mail address is no name", () => {
  expect(mentionAt("write to ann@acme", 17)).toBeNull();
});

test("only what stands before the caret counts", () => {
  expect(mentionAt("@ann hello", 4)).toEqual({ from: 0, query: "ann" });
});

test("accents and case don't matter for finding, and first names come before others", () => {
  expect(matching("ZOE", TEAM).map((one) => one.agent_id)).toEqual(["z"]);
  expect(matching("mart", TEAM).map((one) => one.agent_id)).toEqual(["z"]);
  expect(matching("an", TEAM).map((one) => one.agent_id)).toEqual(["a", "n"]);
});

test("a chosen name is written out, with the caret behind it", () => {
  expect(complete("ask @an please", { from: 4, query: "an" }, 7, "Ann Novak")).toEqual({
    text: "ask @Ann Novak please",
    caret: 15,
  });
});

test("everybody named is meant, each once, and the longer name where two fit", () => {
  expect(mentionsIn("@Ann Novak and @Zoë Martín, @Ann Novak!", TEAM)).toEqual(["n", "z"]);
  expect(mentionsIn("@Ann, look", TEAM)).toEqual(["a"]);
});

test("part of a longer word names nobody", () => {
  expect(mentionsIn("@Annabel and x@Ann", TEAM)).toEqual([]);
});
