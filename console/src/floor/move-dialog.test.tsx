import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { type Api, Problem } from "../api/client";
import type { Agent, Conversation } from "../api/types";
import { type Desk, sitAt } from "../desk";
import { keep } from "../store/conversations";
import { MoveDialog } from "./move-dialog";

afterEach(cleanup);

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

test("each conversation has its result, and those that did not move stay selected", async () => {
  const api = vi.fn(async (_method: string, _path: string, asked: { path: { conversation_id: string } }) => {
    if (asked.path.conversation_id === "b") throw new Problem(412, "a colleague was faster");
    return CONVERSATIONS[0];
  });
  const onMoved = opened(api as unknown as Api);
  fireEvent.click(screen.getByRole("radio", { name: /^Ann/ }));
  fireEvent.click(screen.getByRole("button", { name: "Move" }));
  await screen.findByText("a colleague was faster");
  expect(screen.getByText("1 of 2 moved, 1 not")).toBeTruthy();
  expect(onMoved).toHaveBeenCalledWith(["b"]);
  expect(api.mock.calls[0]).toEqual([
    "POST",
    "/conversations/{conversation_id}/assign",
    { path: { conversation_id: "a" }, body: { agent_id: "ann" }, ifMatch: '"1.0"' },
  ]);
});
