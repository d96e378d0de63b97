import { expect, test } from "vitest";
import { moveAll, type Outcome, tallyOf } from "./move";

const IDS = ["a", "b", "c", "d", "e"];

async function moved(act: (id: string) => Promise<void>): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  await moveAll(IDS, act, (id, outcome) => outcomes.set(id, outcome));
  return outcomes;
}

test("each conversation is moved once", async () => {
  const asked: string[] = [];
  await moved(async (id) => void asked.push(id));
  expect(asked.sort()).toEqual(IDS);
});

test("one that is refused stops no other, and says why", async () => {
  const outcomes = await moved(async (id) => {
    if (id === "b") throw new Error("this agent is offline");
  });
  expect(outcomes.get("b")).toEqual({ state: "failed", why: "this agent is offline" });
  expect(tallyOf(outcomes)).toEqual({ done: 4, failed: ["b"], isOver: true });
});

test("only a few are under way at once", async () => {
  let now = 0;
  let most = 0;
  await moved(async () => {
    most = Math.max(most, ++now);
    await Promise.resolve();
    now--;
  });
  expect(most).toBe(3);
});

test("what is not begun yet counts as neither done nor failed", () => {
  const outcomes = new Map<string, Outcome>([
    ["a", { state: "done" }],
    ["b", { state: "todo" }],
  ]);
  expect(tallyOf(outcomes)).toEqual({ done: 1, failed: [], isOver: false });
});
