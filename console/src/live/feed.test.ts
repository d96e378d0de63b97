import { expect, test } from "vitest";
import { News } from "./feed";

const told = (at: string, queue: string | null = null) => ({
  conversation_id: "a",
  queue,
  events: { "conversation.tagged": at },
});

test("what is told again is no news", () => {
  const news = new News();
  news.sift([told("2026-11-23T09:00:00Z")]);
  expect(news.sift([told("2026-11-23T09:00:00Z")])).toEqual([]);
});

test("the same kind, later, is news", () => {
  const news = new News();
  news.sift([told("2026-11-23T09:00:00Z")]);
  expect(news.sift([told("2026-11-23T09:00:01Z")])).toHaveLength(1);
});

test("the same in another view is news there", () => {
  const news = new News();
  news.sift([told("2026-11-23T09:00:00Z")]);
  expect(news.sift([told("2026-11-23T09:00:00Z", "support")])).toHaveLength(1);
});

test("what is out of order, and within three minutes of the newest, is told once", () => {
  const news = new News();
  news.sift([{ ...told("2026-11-23T09:02:00Z"), conversation_id: "b" }, told("2026-11-23T09:00:00Z")]);
  expect(news.sift([told("2026-11-23T09:00:00Z")])).toEqual([]);
});
