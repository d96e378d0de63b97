import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { type Api, Problem } from "../api/client";
import type { Agent, Conversation } from "../api/types";
import { type Desk, sitAt } from "../desk";
import { forgetAll, keep } from "../store/conversations";
import { MoveDialog } from "./move-dialog";

afterEach(() => {
  cleanup();
  forgetAll();
});

interface Asked {
  readonly path: { readonly conversation_id: string };
  readonly ifMatch?: string;
}

const CONVERSATIONS = ["a", "b"].map(
  (name) =>
    ({
      conversation_id: name,
      customer: `customer ${name}`,
      etag: '"1.0"',
      queue: "support",
    }) as unknown as Conversation,
);
const AGENTS = [
  { agent_id: "ann", name: "Ann", presence: "online", free: 2 },
  { agent_id: "off", name: "Otto", presence: "offline", free: 3 },
] as unknown as readonly Agent[];

function opened(api: Api) {
  for (const one of CONVERSATIONS) keep(one);
  sitAt({ api, inbox: { take: vi.fn() } } as unknown as Desk);
  const onMoved = vi.fn();
  render(
    <MoveDialog conversations={CONVERSATIONS} team={AGENTS} queue="support" onMoved={onMoved} onClose={() => {}} />,
  );
  return onMoved;
}

test("whoever is offline is not offered", () => {
  opened(vi.fn() as unknown as Api);
  expect(screen.queryByText("Ann")).toBeTruthy();
  expect(screen.queryByText("Otto")).toBeNull();
});

/** An API in which `b` is not moved as long as one decides on its first state; by then it is as `now` says. */
function changing(now: Partial<Conversation>) {
  const changed = { ...CONVERSATIONS[1], etag: '"2.0"', messages: [], ...now };
  return vi.fn(async (method: string, _path: string, asked: Asked) => {
    if (method === "GET") return changed;
    if (asked.path.conversation_id === "b" && asked.ifMatch === '"1.0"') throw new Problem(412, "it has changed");
    return CONVERSATIONS[0];
  });
}

function move() {
  fireEvent.click(screen.getByRole("radio", { name: /^Ann/ }));
  fireEvent.click(screen.getByRole("button", { name: "Move" }));
}

test("each conversation has its result, and those that somebody took meanwhile stay selected", async () => {
  const api = changing({ owner: "ben" });
  const onMoved = opened(api as unknown as Api);
  move();
  await screen.findByText("it has changed");
  expect(screen.getByText("1 of 2 moved, 1 not")).toBeTruthy();
  expect(onMoved).toHaveBeenCalledWith(["b"]);
  expect(api.mock.calls[0]).toEqual([
    "POST",
    "/conversations/{conversation_id}/assign",
    { path: { conversation_id: "a" }, body: { agent_id: "ann" }, ifMatch: '"1.0"' },
  ]);
});

test("what only got its promise or another message meanwhile is moved all the same", async () => {
  const onMoved = opened(changing({ promised_at: "2026-11-22T15:00:00Z" }) as unknown as Api);
  move();
  await screen.findByText("2 of 2 moved");
  expect(onMoved).toHaveBeenCalledWith([]);
});
