import { expect, test } from "vitest";
import { preview, withVariable } from "./variables";

const EXAMPLES = {
  agent_name: "Ann",
  brand: "Acme",
  customer_first_name: "Mia",
  our_address: "+15550100",
  promised_time: "3 pm",
  queue: "support",
  reference: "4711",
};

test("a variable is filled in, with or without spaces", () => {
  expect(preview("Hi {{ customer_first_name }}, {{brand}}", EXAMPLES)).toEqual([
    { text: "Hi ", kind: "plain" },
    { text: "Mia", kind: "filled" },
    { text: ", ", kind: "plain" },
    { text: "Acme", kind: "filled" },
  ]);
});

test("a variable that there is not stays visible", () => {
  expect(preview("{{first}}", EXAMPLES)).toEqual([{ text: "{{first}}", kind: "unknown" }]);
});

test("what a value says is never read as a variable", () => {
  const pieces = preview("{{brand}}", { ...EXAMPLES, brand: "{{queue}}" });
  expect(pieces).toEqual([{ text: "{{queue}}", kind: "filled" }]);
});

test("a property of every object is no variable", () => {
  expect(preview("{{constructor}}", EXAMPLES)).toEqual([{ text: "{{constructor}}", kind: "unknown" }]);
});

test("a variable is put where the cursor is, in place of what is selected", () => {
  expect(withVariable("Hi NAME!", 3, 7, "agent_name")).toEqual(["Hi {{agent_name}}!", 17]);
});
