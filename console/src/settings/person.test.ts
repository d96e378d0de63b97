import { expect, test } from "vitest";
import { heldBy, levelOf, skillNamed, withCap, withLevel } from "./person";

test("a skill without a level has the first", () => {
  expect(levelOf(["returns", "spanish:3"], "returns")).toBe(1);
  expect(levelOf(["returns", "spanish:3"], "spanish")).toBe(3);
  expect(levelOf(["returns"], "french")).toBe(0);
});

test("another level replaces the one before", () => {
  expect(withLevel(["returns:2", "spanish"], "returns", 4)).toEqual(["returns:4", "spanish"]);
  expect(withLevel(["returns:2"], "returns", 1)).toEqual(["returns"]);
});

test("level none takes a skill away", () => {
  expect(withLevel(["returns:2", "spanish"], "returns", 0)).toEqual(["spanish"]);
});

test("what is typed becomes a name that the API takes", () => {
  expect(skillNamed("  Late Delivery! ")).toBe("late-delivery");
  expect(skillNamed("???")).toBe("");
});

test("a cap that is emptied is the policy's again", () => {
  expect(withCap({ sms: 3, email: 2 }, "sms", null)).toEqual({ email: 2 });
  expect(withCap({}, "sms", 4)).toEqual({ sms: 4 });
});

test("what somebody holds is counted over all channels", () => {
  expect(heldBy({ held: { sms: 2, email: 1 } })).toBe(3);
});
