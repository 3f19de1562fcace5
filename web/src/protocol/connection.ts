/** One WebSocket that comes back by itself, and requests that find their answers by `request_id`. */

import type { Envelope } from "./messages";

export type ConnectionState =
  | { name: "connecting" }
  | { name: "open" }
  /** `retryAt` is a `performance.now()` time. */
  | { name: "lost"; retryAt: number; reason: string }
  /** `elsewhere`: the world this page shows is not at this address any more. */
  | { name: "refused"; reason: string; elsewhere: boolean };

export interface Handlers {
  onState(state: ConnectionState): void;
  onSignal(message: Envelope): void;
  onFrame(buffer: ArrayBuffer): void;
  /** The socket is open: say what of the stream is wanted. */
  onOpen(): void;
}

interface Waiting {
  resolve(data: Record<string, unknown>): void;
  reject(error: Error): void;
  timer: number;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
const POLICY_VIOLATION = 1008;
const OTHER_WORLD = 4421;
export const ANSWER_TIMEOUT_MS = 15_000;

/** Why an action did not happen; its message is fit to be shown. */
export class ActionError extends Error {}

/** Where the socket of the server is that shows the page at this address, also under a path of a reverse proxy. */
export function socketAddress(page: string): string {
  const url = new URL("ws", page);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

export class Connection {
  private socket: WebSocket | null = null;
  private delay = FIRST_DELAY_MS;
  private timer = 0;
  private counter = 0;
  private readonly prefix = Math.random().toString(36).slice(2, 8);
  private readonly waiting = new Map<string, Waiting>();
  private token: string | null = null;

  constructor(
    private readonly url: string,
    private readonly handlers: Handlers,
  ) {}

  /** Connect, or connect anew with another token. */
  open(token: string | null): void {
    this.token = token;
    this.close();
    this.connect();
  }

  /** Try again now instead of at the end of the pause. */
  retry(): void {
    if (this.socket === null) this.connect();
  }

  /** Send an action and wait for its one answer. */
  ask(action: string, params: object = {}, timeoutMs = ANSWER_TIMEOUT_MS): Promise<Record<string, unknown>> {
    const socket = this.socket;
    if (socket === null || socket.readyState !== WebSocket.OPEN) {
      return Promise.reject(new ActionError("Not connected to the server; try again when the connection is back."));
    }
    this.counter += 1;
    const id = `${this.prefix}-${this.counter}`;
    return new Promise((resolve, reject) => {
      const timer = window.setTimeout(() => {
        this.waiting.delete(id);
        reject(new ActionError(`The server gave no answer within ${Math.round(timeoutMs / 1000)} s.`));
      }, timeoutMs);
      this.waiting.set(id, { resolve, reject, timer });
      socket.send(JSON.stringify({ action, params, request_id: id }));
    });
  }

  /** Bytes not yet handed to the network: who sends many actions waits while this is large. */
  get pending(): number {
    return this.waiting.size;
  }

  private close(): void {
    window.clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private connect(): void {
    window.clearTimeout(this.timer);
    this.handlers.onState({ name: "connecting" });
    const protocols = this.token === null ? [] : [`spine.bearer.${this.token}`];
    const socket = new WebSocket(this.url, protocols);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.handlers.onState({ name: "open" });
      this.handlers.onOpen();
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (this.socket !== socket) return;
      this.delay = FIRST_DELAY_MS;
      if (typeof event.data === "string") this.receive(event.data);
      else this.handlers.onFrame(event.data);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      this.fail("The connection was lost before the server answered.");
      const elsewhere = event.code === OTHER_WORLD;
      if (elsewhere || event.code === POLICY_VIOLATION)
        this.handlers.onState({ name: "refused", reason: event.reason, elsewhere });
      else this.wait(event.reason);
    };
  }

  private wait(reason: string): void {
    const pause = this.delay * (0.8 + 0.4 * Math.random());
    this.delay = Math.min(LONGEST_DELAY_MS, this.delay * 2);
    this.handlers.onState({ name: "lost", retryAt: performance.now() + pause, reason });
    this.timer = window.setTimeout(() => this.connect(), pause);
  }

  private receive(text: string): void {
    const message = JSON.parse(text) as Envelope;
    const waiting = message.request_id === undefined ? undefined : this.waiting.get(message.request_id);
    this.handlers.onSignal(message);
    if (waiting === undefined || message.request_id === undefined) return;
    this.waiting.delete(message.request_id);
    window.clearTimeout(waiting.timer);
    if (message.signal === "error") waiting.reject(new ActionError(String(message.data.message)));
    else waiting.resolve(message.data);
  }

  private fail(reason: string): void {
    for (const waiting of this.waiting.values()) {
      window.clearTimeout(waiting.timer);
      waiting.reject(new ActionError(reason));
    }
    this.waiting.clear();
  }
}
