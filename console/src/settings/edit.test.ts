import { expect, test, vi } from "vitest";
import { Problem } from "../api/client";
import { closeEdit, differing, Edit, editOf, type Source } from "./edit";

interface Person {
  readonly name: string;
  readonly units: number;
}

/** A setting that others may change, too. */
function shelf(first: Person) {
  const kept = { value: first, etag: '"1"' };
  const source: Source<Person> = {
    fields: ["name", "units"],
    read: async () => ({ ...kept }),
    write: async (value, etag) => {
      if (etag !== kept.etag) throw new Problem(412, "somebody changed this since you read it");
      if (value.units > 100) throw new Problem(422, "units: 100 at most");
      Object.assign(kept, { value, etag: `${kept.etag}+` });
      return { ...kept };
    },
  };
  return { kept, source };
}

async function opened(source: Source<Person>): Promise<Edit<Person>> {
  const edit = new Edit(source);
  await edit.load();
  return edit;
}

const ANN = { name: "Ann", units: 3 };

test("what was changed is saved and is no change any more", async () => {
  const { kept, source } = shelf(ANN);
  const edit = await opened(source);
  edit.change({ units: 4 });
  expect(edit.isDirty.value).toBe(true);
  expect(await edit.save()).toBe(true);
  expect(kept.value.units).toBe(4);
  expect(edit.isDirty.value).toBe(false);
});

test("what somebody else changed meanwhile is shown and not overwritten", async () => {
  const { kept, source } = shelf(ANN);
  const edit = await opened(source);
  edit.change({ units: 4 });
  Object.assign(kept, { value: { name: "Anna", units: 3 }, etag: '"2"' });
  expect(await edit.save()).toBe(false);
  expect(edit.theirs.value?.value).toEqual({ name: "Anna", units: 3 });
  expect(edit.value.value).toEqual({ name: "Ann", units: 4 });
  expect(kept.value).toEqual({ name: "Anna", units: 3 });
});

test("keeping mine replaces what they made of it", async () => {
  const { kept, source } = shelf(ANN);
  const edit = await opened(source);
  edit.change({ units: 4 });
  Object.assign(kept, { value: { name: "Anna", units: 3 }, etag: '"2"' });
  await edit.save();
  expect(await edit.keepMine()).toBe(true);
  expect(kept.value).toEqual({ name: "Ann", units: 4 });
});

test("taking theirs gives up mine", async () => {
  const { kept, source } = shelf(ANN);
  const edit = await opened(source);
  edit.change({ units: 4 });
  Object.assign(kept, { value: { name: "Anna", units: 3 }, etag: '"2"' });
  await edit.save();
  edit.takeTheirs();
  expect(edit.value.value).toEqual({ name: "Anna", units: 3 });
  expect(edit.isDirty.value).toBe(false);
});

test("two who made the same change do not disagree", async () => {
  const { kept, source } = shelf(ANN);
  const edit = await opened(source);
  edit.change({ units: 4 });
  Object.assign(kept, { value: { name: "Ann", units: 4 }, etag: '"2"' });
  await edit.save();
  expect(edit.theirs.value).toBeNull();
  expect(edit.isDirty.value).toBe(false);
});

test("a refusal stands at its field and loses nothing", async () => {
  const edit = await opened(shelf(ANN).source);
  edit.change({ units: 400 });
  expect(await edit.save()).toBe(false);
  expect(edit.errors.value.fields).toEqual({ units: "100 at most" });
  expect(edit.value.value?.units).toBe(400);
});

test("what was left unsaved is there when one comes back", async () => {
  const read = vi.fn(shelf(ANN).source.read);
  const source = { ...shelf(ANN).source, read };
  const edit = editOf("person/ann", () => source);
  await edit.load();
  edit.change({ units: 5 });
  const again = editOf("person/ann", () => source);
  await again.load();
  expect(again.value.value?.units).toBe(5);
  expect(read).toHaveBeenCalledTimes(1);
  closeEdit("person/ann");
});

test("only fields that differ are named", () => {
  expect(differing(ANN, { name: "Anna", units: 3 })).toEqual(["name"]);
});
