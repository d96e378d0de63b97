/**
 * Several tabs may have the console open: one of them notifies, and knows whether any of them is looked at. Web Locks
 * end with their tab, also if it crashes.
 */
const NOTIFIER = "switchboard.notifier";
const LOOKED_AT = "switchboard.looked-at";

export class Tabs {
  /** Whether this is the tab that notifies. */
  isFirst = false;
  private look: (() => void) | null = null;

  start(): void {
    void navigator.locks.request(NOTIFIER, () => {
      this.isFirst = true;
      return new Promise(() => undefined); // for as long as the tab lives
    });
    document.addEventListener("visibilitychange", this.notice);
    addEventListener("focus", this.notice);
    addEventListener("blur", this.notice);
    this.notice();
  }

  /** Whether somebody looks at any of the tabs. */
  async isLookedAt(): Promise<boolean> {
    const { held } = await navigator.locks.query();
    return held?.some(({ name }) => name === LOOKED_AT) ?? false;
  }

  private readonly notice = (): void => {
    const isLooked = document.visibilityState === "visible" && document.hasFocus();
    if (isLooked && !this.look) {
      const looked = new Promise<void>((resolve) => {
        this.look = resolve;
      });
      void navigator.locks.request(LOOKED_AT, { mode: "shared" }, () => looked);
    } else if (!isLooked) {
      this.look?.();
      this.look = null;
    }
  };
}
