import { cleanup, fireEvent, render, screen } from "@testing-library/preact";
import { afterEach, expect, test, vi } from "vitest";
import { type Desk, sitAt } from "../../desk";
import { answering } from "../../testing/api";
import { room } from "../room";
import { field } from "./field";
import { Pending } from "./pending";

afterEach(cleanup);

/** An answer that waits for its ten seconds, between the story and the field. */
function held() {
  sitAt({ ...answering({}), inbox: { watch: () => () => undefined }, agentId: "ann" } as unknown as Desk);
  const { outbox } = room();
  const written = {
    conversationId: "c1",
    mode: "answer",
    text: "Hello.",
    mentions: [],
    files: [],
    cc: null,
    etag: null,
  };
  const item = outbox.send(written as Parameters<typeof outbox.send>[0]);
  render(
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: as the timeline, which scrolls */}
      <section tabIndex={0} aria-label="Messages">
        <ol>
          <Pending item={item} />
        </ol>
      </section>
      <textarea ref={field} aria-label="Answer" />
    </>,
  );
  return outbox;
}

test("whoever takes an answer back goes on writing it", async () => {
  held();
  fireEvent.click(screen.getByRole("button", { name: "Undo" }));
  expect(room().drafts.of("c1").value.answer).toBe("Hello.");
  await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByRole("textbox")));
});

test("whoever decides on an answer stays at the story, where keys do what they do", () => {
  const outbox = held();
  const now = vi.spyOn(outbox, "now").mockReturnValue(undefined);
  fireEvent.click(screen.getByRole("button", { name: "Send now" }));
  expect(now).toHaveBeenCalledOnce();
  expect(document.activeElement).toBe(screen.getByRole("region", { name: "Messages" }));
});
