/** WebSockets for tests, whose other end the test is. */
export class TestSocket {
  static readonly OPEN = 1;
  /** All that were opened, the newest last. */
  static all: TestSocket[] = [];
  readonly said: { readonly action: string }[] = [];
  readyState = 0;
  isClosed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;

  constructor(readonly url: string) {
    TestSocket.all.push(this);
  }

  static newest(): TestSocket {
    const found = TestSocket.all.at(-1);
    if (!found) throw new Error("nothing was opened");
    return found;
  }

  send(text: string): void {
    this.said.push(JSON.parse(text));
  }

  close(): void {
    this.isClosed = true;
  }

  /** The other end lets it in, and answers its `watch`. */
  accept(): void {
    this.readyState = TestSocket.OPEN;
    this.onopen?.();
    this.tell({ type: "watching", queues: [] });
  }

  tell(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  /** The other end closes it. */
  cut(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}
