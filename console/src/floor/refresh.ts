/** Reading again while somebody looks: when something happened, but calmly, and now and then in any case. */
import { useEffect } from "preact/hooks";
import { desk } from "../desk";

interface Pace {
  /** Never sooner after the last time, in milliseconds. */
  readonly soonest: number;
  /** Always by then. */
  readonly latest: number;
}

export interface Refresher {
  /** Something happened: read as soon as the pace allows. */
  nudge(): void;
  stop(): void;
}

export function makeRefresher(read: () => Promise<void>, pace: () => Pace): Refresher {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = Number.POSITIVE_INFINITY;
  let last = Date.now();
  let isStopped = false;
  const plan = (at: number) => {
    if (isStopped || at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(() => void run(), Math.max(0, at - Date.now()));
  };
  const run = async () => {
    due = Number.POSITIVE_INFINITY;
    if (document.visibilityState === "visible") await read();
    last = Date.now();
    plan(last + pace().latest);
  };
  plan(last + pace().latest);
  return {
    nudge: () => plan(Math.max(Date.now(), last + pace().soonest)),
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** Do so for as long as the component is there. */
export function useRefresh(read: () => Promise<void>, pace: () => Pace): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the pace is asked each time, and only `read` has a subject
  useEffect(() => {
    const refresher = makeRefresher(read, pace);
    const forget = desk().inbox.watch(() => refresher.nudge());
    document.addEventListener("visibilitychange", refresher.nudge);
    return () => {
      refresher.stop();
      forget();
      document.removeEventListener("visibilitychange", refresher.nudge);
    };
  }, [read]);
}
