import { expect, test } from "vitest";
import { objection, typeOf } from "./uploads";

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
