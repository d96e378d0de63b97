import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Change } from "../api/types";
import { conversation, forget, keep } from "../store/conversations";
import { assigned } from "../testing/conversations";
import { notifications } from "./choices";
import { Notifier } from "./notifier";
import type { Tabs } from "./tabs";

const LOADED = Date.parse("2026-11-23T09:00:00Z");
const shown = vi.fn();

beforeEach(() => {
  localStorage.clear();
  shown.mockReset();
  forget("a");
  keep(assigned("a", "ann", { subject: "Parcel" }));
  notifications.value = "on";
  vi.stubGlobal(
    "Notification",
    class {
      constructor(title: string, options: object) {
        shown(title, options);
      }
    },
  );
});
afterEach(() => vi.unstubAllGlobals());

function notifier(given: { isFirst?: boolean; isLookedAt?: boolean } = {}): Notifier {
  const { isFirst = true, isLookedAt = false } = given;
  return new Notifier("ann", { isFirst, isLookedAt: async () => isLookedAt } as unknown as Tabs, LOADED);
}

function happened(kind: string, at = "2026-11-23T09:00:05Z"): readonly Change[] {
  return [{ conversation_id: "a", queue: null, events: { [`conversation.${kind}`]: at } }];
}

test("an assignment is told on the desktop while nobody looks", async () => {
  await notifier().consider(happened("assigned"));
  expect(shown).toHaveBeenCalledWith("+1\u00a0555\u00a00100 is yours now", { body: "Parcel", tag: "a" });
});

test("a customer who writes is not told to whoever looks", async () => {
  await notifier({ isLookedAt: true }).consider(happened("message_added"));
  expect(shown).not.toHaveBeenCalled();
});

test("of several tabs one tells", async () => {
  await notifier({ isFirst: false }).consider(happened("assigned"));
  expect(shown).not.toHaveBeenCalled();
});

test("what was told before the page was loaded anew is not told again", async () => {
  await notifier().consider(happened("assigned"));
  await notifier().consider(happened("assigned"));
  expect(shown).toHaveBeenCalledOnce();
});

test("who wants no notifications gets none", async () => {
  notifications.value = "off";
  await notifier().consider(happened("assigned"));
  expect(shown).not.toHaveBeenCalled();
});

test("a conversation that is a colleague's by now is not told", async () => {
  keep(assigned("a", "ben", { etag: '"2.0"' }));
  expect(conversation("a")?.value.owner).toBe("ben");
  await notifier().consider(happened("assigned"));
  expect(shown).not.toHaveBeenCalled();
});
