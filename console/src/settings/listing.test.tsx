import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, expect, test } from "vitest";
import { Pages } from "../store/pages";
import { Listing } from "./listing";

afterEach(cleanup);

async function listed(...names: string[]) {
  const list = new Pages<string>(async () => ({ items: names, cursor: null }));
  await list.load();
  render(
    <Listing
      title="Agents"
      find="Name"
      add={{ label: "Invite", place: ["settings", "people", "new"] }}
      list={list}
      columns={[{ key: "name", label: "Name", isHeader: true, cell: (name) => name }]}
      keyOf={(name) => name}
      wordsOf={(name) => name}
      none="Nobody yet."
      noneFound="Nobody is found."
    />,
  );
}

const lookFor = (words: string) => fireEvent.input(screen.getByRole("searchbox"), { target: { value: words } });

test("rows are found by their words, however they are written", async () => {
  await listed("Ann Novak", "Ben Ortiz");
  lookFor(" NOVAK ");
  expect(screen.getAllByRole("rowheader").map((row) => row.textContent)).toEqual(["Ann Novak"]);
});

test("that nothing is found is another thing than that there is nothing", async () => {
  await listed("Ann Novak");
  lookFor("zoe");
  expect(screen.getByRole("status").textContent).toBe("Nobody is found.");
});

test("where there is nothing, it says so", async () => {
  await listed();
  expect(screen.getByRole("status").textContent).toBe("Nobody yet.");
});
