import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { Problem } from "../api/client";
import { Field } from "../ui/form";
import { Edit, type Source } from "./edit";
import { EditForm } from "./edit-form";

interface Person {
  readonly units: string;
}

function shown(write: Source<Person>["write"], onSaved = () => {}) {
  let now = { value: { units: "3" }, etag: '"1"' };
  const edit = new Edit<Person>({ fields: ["units"], read: async () => now, write });
  render(
    <EditForm edit={edit} place={["settings"]} nameOf={() => "Units"} show={(_, one) => one.units} onSaved={onSaved}>
      {(person) => (
        <Field label="Units" error={edit.errors.value.fields.units}>
          {(ties) => (
            <input
              {...ties}
              value={person.units}
              onInput={(event) => edit.change({ units: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
    </EditForm>,
  );
  return {
    becomes: (units: string) => {
      now = { value: { units }, etag: '"2"' };
    },
    type: async (units: string) => {
      fireEvent.input(await screen.findByLabelText("Units"), { target: { value: units } });
      await waitFor(() => expect(screen.getByText("Not saved yet")).toBeTruthy());
      fireEvent.click(screen.getByRole("button", { name: "Save" }));
    },
  };
}

afterEach(cleanup);

test("nothing can be saved before something is changed", async () => {
  shown(async (value) => ({ value, etag: '"2"' }));
  const button = await screen.findByRole("button", { name: "Save" });
  expect(button.hasAttribute("disabled")).toBe(true);
});

test("what is refused stands at its field, which is told to screen readers", async () => {
  const form = shown(async () => {
    throw new Problem(422, "units: 100 at most");
  });
  await form.type("400");
  await screen.findByText("100 at most");
  const field = screen.getByLabelText("Units");
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(document.getElementById(field.getAttribute("aria-describedby") ?? "")?.textContent).toBe("100 at most");
});

test("where somebody else was faster both versions are shown, and mine can be kept", async () => {
  const onSaved = vi.fn();
  const form = shown(async (value, etag) => {
    if (etag === '"1"') throw new Problem(412, "somebody changed this");
    return { value, etag: '"3"' };
  }, onSaved);
  await screen.findByLabelText("Units");
  form.becomes("5");
  await form.type("4");
  const theirs = await screen.findByText("5");
  expect(theirs.tagName).toBe("DD");
  fireEvent.click(screen.getByRole("button", { name: "Keep mine" }));
  await waitFor(() => expect(onSaved).toHaveBeenCalledTimes(1));
});
