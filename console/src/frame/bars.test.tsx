import { cleanup, render, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import type { Agent, Workspace } from "../api/types";
import { me } from "../live/presence";
import { replace } from "../router";
import { workspace } from "../store/workspace";
import { Bars } from "./bars";

afterEach(() => {
  cleanup();
  me.value = null;
  workspace.value = null;
});

function offline(role: "agent" | "lead", place: string): boolean {
  me.value = { presence: "offline" } as Agent;
  workspace.value = { me: { role } } as unknown as Workspace;
  replace(place);
  render(<Bars />);
  return screen.queryByRole("button", { name: "Go online" }) !== null;
}

test("an agent who is offline is told so everywhere", () => {
  expect(offline("agent", "settings")).toBe(true);
});

test("a lead who is offline is told so where conversations would come", () => {
  expect(offline("lead", "inbox")).toBe(true);
});

test("a lead who is offline leads in peace", () => {
  expect(offline("lead", "floor")).toBe(false);
});
