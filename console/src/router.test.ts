import { beforeEach, expect, test } from "vitest";
import { goTo, here, href, parts, query, replaceBy, startRouter, withQuery } from "./router";

startRouter();
beforeEach(() => replaceBy(href("inbox", "mine")));

function click(address: string, given: MouseEventInit = {}): boolean {
  const link = document.createElement("a");
  link.href = address;
  document.body.append(link);
  return !link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ...given }));
}

test("a place has an address, and the address the place", () => {
  const address = href("inbox", "mine", "acme-sms.x/1");
  expect(parts(address)).toEqual(["inbox", "mine", "acme-sms.x/1"]);
});

test("an address that is no good is shown as it stands", () => {
  expect(parts(`${import.meta.env.BASE_URL}inbox/%E0%A4`)).toEqual(["inbox", "%E0%A4"]);
});

test("filters stand in the query, empty ones don't", () => {
  goTo(withQuery(["inbox", "all"], { queue: "support", tag: "", owner: undefined }));
  expect([here.value, query.value.toString()]).toEqual([["inbox", "all"], "queue=support"]);
});

test("the browser's back button leads back", () => {
  goTo(href("floor"));
  history.replaceState(null, "", href("inbox", "queue"));
  dispatchEvent(new PopStateEvent("popstate"));
  expect(here.value).toEqual(["inbox", "queue"]);
});

test("a link of the console is followed without loading the page", () => {
  expect(click(`${href("inbox", "all")}?queue=support`)).toBe(true);
  expect([here.value[1], query.value.get("queue")]).toEqual(["all", "support"]);
});

test.each([
  ["for a new tab", href("floor"), { ctrlKey: true }],
  ["to somewhere else", "https://example.com/", {}],
  ["to a place within the page", `${href("inbox", "mine")}#place`, {}],
])("a link %s is the browser's", (_, address, given) => {
  expect(click(address, given)).toBe(false);
  expect(here.value).toEqual(["inbox", "mine"]);
});
