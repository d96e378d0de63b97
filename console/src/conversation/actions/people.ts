/** Whom one can pass a conversation to. */
import { useEffect } from "preact/hooks";
import type { Colleague } from "../../api/types";
import { desk } from "../../desk";
import { colleagues, readColleagues } from "../../store/workspace";

/** Colleagues as they are now: what was read when the console began doesn't say who has come since. */
export function usePeople(): readonly Colleague[] {
  useEffect(() => void readColleagues(desk().api).catch(() => undefined), []);
  return colleagues.value;
}
