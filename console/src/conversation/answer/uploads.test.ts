import { expect, test, vi } from "vitest";
import type { Api } from "../../api/client";
import { Drafts } from "../../store/drafts";
import { objection, typeOf, Uploads } from "./uploads";

const MB = 1_000_000;
const RULES = {
  most: 2,
  bytes_each: 5 * MB,
  bytes_in_all: 6 * MB,
  types: [
    { content_type: "image/png", endings: ["png"], bytes_each: 5 * MB, bytes_as_file: 5 * MB },
    { content_type: "text/csv", endings: [".csv"], bytes_each: 5 * MB, bytes_as_file: 0 },
  ],
};
const file = (name: string, type: string, size = 10) => ({ name, type, size }) as File;

test("a file that the channel takes has nothing against it", () => {
  expect(objection(file("a.png", "image/png"), [], RULES)).toBeNull();
});

test("a type that the browser doesn't know is told by the name's ending", () => {
  expect(typeOf(file("List.CSV", ""), RULES)).toBe("text/csv");
});

test("each limit is told in words", () => {
  const small = { size: 10 };
  expect(objection(file("a.exe", "application/x-msdownload"), [], RULES)).toContain("type of file");
  expect(objection(file("a.png", "image/png", 6 * MB), [], RULES)).toContain("larger than 5 MB");
  expect(objection(file("a.png", "image/png", 4 * MB), [{ size: 3 * MB }], RULES)).toContain("more than 6 MB");
  expect(objection(file("a.png", "image/png"), [small, small], RULES)).toContain("2 files");
});

test("what was refused does not count against what goes", () => {
  const api = vi.fn(() => new Promise(() => undefined)) as unknown as Api;
  const uploads = new Uploads(api, new Drafts("ann"));
  uploads.add("c1", [file("film.png", "image/png", 9 * MB), file("a.png", "image/png", 5 * MB)], RULES);
  uploads.add("c1", [file("b.png", "image/png", 2 * MB)], RULES);
  const [film, first, second] = uploads.of("c1");
  expect([film?.error, first?.error, second?.error]).toEqual([
    expect.stringContaining("larger than 5 MB"),
    null,
    expect.stringContaining("more than 6 MB"),
  ]);

  uploads.remove(first?.key ?? 0);
  expect(second && uploads.objection(second, RULES)).toBeNull();
  expect(film && uploads.objection(film, RULES)).toContain("larger than 5 MB");
});
