import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { type Desk, sitAt } from "../desk";
import { QuarantinedItem } from "./item";

afterEach(cleanup);

const ITEM = {
  account: "acme-sms",
  quarantine_id: "q1",
  channel: "sms",
  reason: "bad_status",
  size: 60,
  at: "2026-11-23T12:00:00Z",
  state: "open",
  asked_at: null,
  asked_by: null,
  retried_at: null,
  outcome: null,
  dismissed_at: null,
  dismissed_by: null,
};

function shown(more: object) {
  sitAt({ api: vi.fn(async () => ({ ...ITEM, ...more })) } as unknown as Desk);
  return render(<QuarantinedItem account="acme-sms" id="q1" />).container;
}

test("what came is shown as letters, never as a page", async () => {
  const container = shown({ raw_base64: btoa("<img src=x onerror=alert(1)><b>hello</b>") });
  await screen.findByText("<img src=x onerror=alert(1)><b>hello</b>");
  expect(container.querySelector("img, b, iframe")).toBeNull();
});

test("why it is there stands in words", async () => {
  shown({ raw_base64: null });
  await screen.findByRole("heading", { level: 1, name: "Has a status that nobody knows" });
});

test("what holds a virus can't be read again", async () => {
  shown({ reason: "virus", raw_base64: null });
  await screen.findByText("It holds a virus and is never opened.");
  expect(screen.queryByRole("button", { name: "Read it again" })).toBeNull();
});
