import { signal } from "@preact/signals";
import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Desk, sitAt } from "../desk";
import { forget, keep } from "../store/conversations";
import type { ListState, Rows } from "../store/list";
import { answering } from "../testing/api";
import { assigned, said } from "../testing/conversations";
import { startKeys } from "../ui/keys";
import { Conversations } from "./conversations";

const IDS = Array.from({ length: 200 }, (_, n) => `c${n}`);
const ids = signal<readonly string[]>([]);
const more = vi.fn(async () => undefined);
const rows: Rows = {
  ids,
  state: signal<ListState>("ready"),
  error: signal(null),
  hasMore: signal(false),
  arrived: signal<readonly string[]>([]),
  load: more,
  more,
  again: more,
  seen: () => undefined,
};
let endKeys: () => void;

beforeEach(() => {
  sitAt({ ...answering({}), inbox: { watch: () => () => undefined }, agentId: "ann" } as unknown as Desk);
  for (const id of IDS) keep(assigned(id, "ann", { customer: `customer ${id}` }));
  ids.value = IDS;
  endKeys = startKeys();
  render(<Conversations rows={rows} label="Mine" open={undefined} addressOf={(id) => `/console/inbox/mine/${id}`} />);
});
afterEach(() => {
  endKeys();
  cleanup();
  IDS.forEach(forget);
});

const press = (key: string) => fireEvent.keyDown(document.activeElement ?? document.body, { key });
const current = () => document.activeElement?.getAttribute("data-id");

test("of two hundred only some are in the document, and each knows its place among all", () => {
  const items = screen.getAllByRole("listitem");
  expect(items.length).toBeLessThan(30);
  expect([items[2]?.getAttribute("aria-posinset"), items[2]?.getAttribute("aria-setsize")]).toEqual(["3", "200"]);
});

test("Tab comes to one row", () => {
  expect(screen.getAllByRole("link").filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
});

test("j and k move, and stay within the list", async () => {
  press("j");
  await vi.waitFor(() => expect(current()).toBe("c0"));
  press("j");
  await vi.waitFor(() => expect(current()).toBe("c1"));
  press("k");
  press("k");
  press("k");
  await vi.waitFor(() => expect(current()).toBe("c0"));
});

test("the row that one is at stays so when others come in above", async () => {
  press("j");
  await vi.waitFor(() => expect(current()).toBe("c0"));
  keep(assigned("new", "ann"));
  ids.value = ["new", ...IDS];
  await vi.waitFor(() => expect(screen.getAllByRole("link")[0]?.dataset.id).toBe("new"));
  expect(current()).toBe("c0");
});

test("where the row that one is at leaves, the next takes its place", async () => {
  press("j");
  await vi.waitFor(() => expect(current()).toBe("c0"));
  ids.value = IDS.slice(1);
  await vi.waitFor(() => expect(current()).toBe("c1"));
});

test("what changes is drawn anew", async () => {
  keep(assigned("c1", "ann", { etag: '"2.0"', customer: "somebody else" }));
  expect(await screen.findByText("somebody else")).toBeTruthy();
});

test("a row says what was said last, and what raised it only where that is not known", async () => {
  keep(assigned("c1", "ann", { etag: '"2.0"', why: ["on fire"] }));
  expect((await screen.findByText("on fire")).className).toBe("row-subject");
  keep(assigned("c1", "ann", { etag: '"2.0"', why: ["on fire"], last: said("Smoke comes out of it!") }));
  expect(await screen.findByText("Smoke comes out of it!")).toBeTruthy();
  expect(screen.getByText("on fire").className).toBe("visually-hidden");
});

test("a customer's own name stands before the address that it came from", async () => {
  keep(assigned("c1", "ann", { customer: "customer c1", called: "Mia Berg", etag: '"2.0"' }));
  await vi.waitFor(() => expect(screen.getAllByRole("link")[1]?.textContent).toContain("Mia Berg customer c1"));
});
