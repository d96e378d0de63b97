import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Last } from "../api/types";
import { type Desk, sitAt } from "../desk";
import { colleagues } from "../store/workspace";
import { answering } from "../testing/api";
import { said } from "../testing/conversations";
import { LastLine } from "./last";

beforeEach(() => {
  sitAt({ ...answering({}), agentId: "ann" } as unknown as Desk);
  colleagues.value = [{ agent_id: "ben", name: "Ben", presence: "online", queues: [], skills: [] }];
});
afterEach(() => {
  cleanup();
  colleagues.value = [];
});

const line = (given: Partial<Last>) => render(<LastLine last={said("Where is my parcel?", given)} />).container;

test.each([
  ["a customer's words stand by themselves", {}, "Where is my parcel?"],
  ["one's own are told as such", { author: "agent", agent_id: "ann" }, "You: Where is my parcel?"],
  ["a colleague's with their name", { author: "agent", agent_id: "ben" }, "Ben: Where is my parcel?"],
  ["whoever has left has none", { author: "agent", agent_id: "0815" }, "A colleague: Where is my parcel?"],
  ["a picture alone is told in a word", { excerpt: "", files: 1, file_kind: "image" }, "Picture"],
  ["files of several kinds are files", { excerpt: "", files: 3, file_kind: "other" }, "3 files"],
  ["files beside words are told, too", { files: 2, file_kind: "audio" }, "2 sound recordings Where is my parcel?"],
  ["what was taken back is told as such", { excerpt: "", change: "deleted" }, "Message deleted"],
  ["what has nothing to show says so", { excerpt: "" }, "No text"],
] as const)("%s", (_, given, shown) => {
  expect(line(given).textContent).toBe(shown);
});

test("words run in the direction of their own language, ours in that of the page", () => {
  line({ excerpt: "أين طردي؟" });
  expect(screen.getByText("أين طردي؟").dir).toBe("auto");
  line({ excerpt: "", change: "deleted" });
  expect(screen.getByText("Message deleted").hasAttribute("dir")).toBe(false);
});
