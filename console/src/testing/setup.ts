/** Before each test: nothing is left of the one before, in the store, the browser or the page. */
import { cleanup } from "@testing-library/preact";
import { beforeEach, vi } from "vitest";
import { forgetAll } from "../store/conversations";
import { removeAll } from "../ui/toast";

beforeEach(() => {
  vi.useRealTimers();
  cleanup();
  document.body.replaceChildren();
  localStorage.clear();
  sessionStorage.clear();
  forgetAll();
  removeAll();
});
