/**
 * One WebSocket after another: opened by a ticket, proven alive by pings, opened anew when it is cut. docs/push.md.
 *
 * A connection may be dead without anybody saying so (a laptop slept, the network is another): what has not answered
 * is dropped, since `close` would wait for an answer, too.
 */
import type { Api } from "../api/client";
import { Problem } from "../api/client";
import { backoff } from "./backoff";

export interface Ends {
  opened(): void;
  said(message: { readonly type: string }): void;
  cut(): void;
}

const PING_EVERY = 60_000;
/** How long a ping, or a handshake, is waited for. */
const PROOF = 5_000;
const HANDSHAKE = 15_000;

export class Connection {
  private socket: WebSocket | null = null;
  private isConnecting = false;
  private isResting = true;
  private tries = 0;
  private heardAt = 0;
  private pings = 0;
  private retry = 0;
  private proof = 0;

  constructor(
    private readonly api: Api,
    private readonly ends: Ends,
  ) {}

  start(): void {
    this.isResting = false;
    clearInterval(this.pings);
    this.pings = window.setInterval(() => this.prove(), PING_EVERY);
    void this.connect();
  }

  stop(): void {
    this.isResting = true;
    clearInterval(this.pings);
    clearTimeout(this.retry);
    this.drop();
  }

  /** Say something, if there is a connection. */
  say(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }

  /** Don't wait for the next try; if there is a connection, make sure of it. */
  hurry(): void {
    this.tries = 0;
    if (this.socket) this.prove();
    else void this.connect();
  }

  /** Ping; whoever says nothing in time is gone. */
  private prove(): void {
    const { socket } = this;
    if (socket?.readyState !== WebSocket.OPEN) return;
    const asked = Date.now();
    this.say({ action: "ping" });
    clearTimeout(this.proof);
    this.proof = window.setTimeout(() => {
      if (this.socket === socket && this.heardAt < asked) this.cut();
    }, PROOF);
  }

  private async connect(): Promise<void> {
    if (this.isResting || this.isConnecting || this.socket) return;
    clearTimeout(this.retry);
    this.isConnecting = true;
    try {
      const { url, ticket } = await this.api("POST", "/push/ticket");
      if (!this.isResting) this.open(new WebSocket(`${url}?ticket=${encodeURIComponent(ticket)}`));
    } catch (error) {
      const isSignedOut = error instanceof Problem && error.status === 401;
      if (!isSignedOut) this.wait();
    } finally {
      this.isConnecting = false;
    }
  }

  private open(socket: WebSocket): void {
    this.socket = socket;
    this.proof = window.setTimeout(() => this.cut(), HANDSHAKE);
    socket.onopen = () => {
      clearTimeout(this.proof);
      this.heardAt = Date.now();
      this.ends.opened();
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      this.heardAt = Date.now();
      this.tries = 0; // who opens and says nothing may be refusing us: only words end the backing off
      this.ends.said(JSON.parse(event.data) as { type: string });
    };
    socket.onclose = () => this.cut();
  }

  private cut(): void {
    this.drop();
    this.ends.cut();
    if (!this.isResting) this.wait();
  }

  private wait(): void {
    clearTimeout(this.retry);
    this.retry = window.setTimeout(() => void this.connect(), backoff(this.tries++));
  }

  private drop(): void {
    clearTimeout(this.proof);
    const { socket } = this;
    this.socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
