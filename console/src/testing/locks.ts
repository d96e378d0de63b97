/** Web Locks for tests: one at a time, in turn. */
export function stubLocks(): void {
  let turn: Promise<unknown> = Promise.resolve();
  const request = (_: string, act: () => Promise<unknown>) => {
    const done = turn.then(act);
    turn = done.catch(() => undefined);
    return done;
  };
  Object.defineProperty(navigator, "locks", { configurable: true, value: { request } });
}
