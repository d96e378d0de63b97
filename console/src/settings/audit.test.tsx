import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { type Desk, sitAt } from "../desk";
import { answering } from "../testing/api";
import { Audit } from "./audit";

afterEach(cleanup);

async function changed(...differences: readonly { field: string; before: string | null; after: string | null }[]) {
  const at = "2026-11-23T09:00:00Z";
  const change = { change_id: "1", kind: "agent", subject: "nia", by: "dee", at, differences };
  sitAt(answering({ "GET /settings/audit": () => ({ items: [change], cursor: null }) }) as unknown as Desk);
  render(<Audit />);
  await screen.findByText("dee");
  return screen.getAllByText(/:/, { selector: "li" }).map((line) => line.textContent);
}

test("of somebody new it says what they have, and not what they lack", async () => {
  const told = await changed(
    { field: "name", before: null, after: "Nia" },
    { field: "skills", before: null, after: "" },
  );
  expect(told).toEqual(["Name: Nia"]);
});

test("of a change it says also what became nothing", async () => {
  expect(await changed({ field: "skills", before: "returns", after: "" })).toEqual(["Skills: returns → nothing"]);
});
