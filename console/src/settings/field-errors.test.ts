import { expect, test } from "vitest";
import { fieldErrors } from "./field-errors";

const KNOWN = ["name", "units", "caps", "texts"];

test("each mistake stands at its field", () => {
  const found = fieldErrors("units: Input should be at least 1; name: is empty: write a word", KNOWN);
  expect(found).toEqual({ fields: { units: "Input should be at least 1", name: "is empty: write a word" }, rest: "" });
});

test("what is inside of a field is named before its mistake", () => {
  expect(fieldErrors("caps.sms: the policy allows 5 at most", KNOWN).fields).toEqual({
    caps: "sms: the policy allows 5 at most",
  });
});

test("a sentence with a semicolon stays with its field", () => {
  const found = fieldErrors("texts.en: {{x}} is no variable; a variable is not closed", KNOWN);
  expect(found.fields).toEqual({ texts: "en: {{x}} is no variable; a variable is not closed" });
});

test("what is of no field is shown as a whole", () => {
  expect(fieldErrors("they are the last lead: make somebody else a lead first", KNOWN)).toEqual({
    fields: {},
    rest: "they are the last lead: make somebody else a lead first",
  });
});

test("a pattern is not shown to people", () => {
  const { fields } = fieldErrors("name: String should match pattern '^[a-z]{1,4}$'", KNOWN);
  expect(fields).toEqual({ name: "This is not in the right form." });
});

test("what has to be there is asked for in words", () => {
  const { fields } = fieldErrors("name: String should have at least 1 character; units: Field required", KNOWN);
  expect(fields).toEqual({ name: "This is needed.", units: "This is needed." });
});
