import { readEvent, STREAM_EVENTS, type CaseRevision, type LiveEvent } from './events';

export const FIRST_RETRY_MS = 5_000;
export const LAST_RETRY_MS = 60_000;
export const POLL_MS = 60_000;
export const OFFLINE_AFTER_MS = 10_000;
export const FAILURES_BEFORE_POLLING = 3;

const CLOSED = 2; // EventSource.CLOSED: the browser will not try again

// The part of an EventSource that is used here.
export interface EventStream {
  readonly readyState: number;
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void;
  close(): void;
}

export interface ConnectionPorts {
  open(): EventStream;
  // What the snapshot says, by an ordinary request.
  poll(): Promise<CaseRevision[]>;
  tell(event: LiveEvent): void;
  random(): number;
}

// One stream of events to the server, kept up for as long as it runs.
//
// A broken connection is mended by the browser's EventSource itself. An HTTP error closes it for
// good, so then this class opens a new one, after 5 to 60 seconds. Every connect begins with a
// snapshot, so nothing that was missed stays missed. While three or more tries in a row have
// failed, the page polls once a minute beside them: a proxy that breaks streams leaves the page
// slow, not blind.
export class LiveConnection {
  private stream: EventStream | null = null;
  private failures = 0;
  private reached = true;
  private lastReached = Date.now();
  private retry: ReturnType<typeof setTimeout> | undefined;
  private offline: ReturnType<typeof setTimeout> | undefined;
  private polling: ReturnType<typeof setInterval> | undefined;
  private running = false;

  constructor(private readonly ports: ConnectionPorts) {}

  start(): void {
    this.running = true;
    this.expectReach();
    this.connect();
  }

  stop(): void {
    this.running = false;
    this.stream?.close();
    this.stream = null;
    clearTimeout(this.retry);
    clearTimeout(this.offline);
    clearInterval(this.polling);
  }

  private connect(): void {
    const stream = this.ports.open();
    this.stream = stream;
    for (const name of STREAM_EVENTS) {
      stream.addEventListener(name, (message) => {
        const event = readEvent(name, message.data);
        if (!event || !this.running) return;
        if (event.kind === 'snapshot') this.connected();
        this.ports.tell(event);
      });
    }
    stream.addEventListener('error', () => this.failed(stream));
  }

  private connected(): void {
    this.failures = 0;
    clearInterval(this.polling);
    this.polling = undefined;
    this.answered();
  }

  private failed(stream: EventStream): void {
    if (!this.running || stream !== this.stream) return;
    this.failures += 1;
    this.expectReach();
    if (stream.readyState === CLOSED) {
      stream.close();
      this.stream = null;
      this.poll(); // tells an ended session from an unreachable server
      this.retry = setTimeout(() => this.connect(), this.retryDelay());
    }
    if (this.failures >= FAILURES_BEFORE_POLLING && this.polling === undefined) {
      this.polling = setInterval(() => this.poll(), POLL_MS);
    }
  }

  // Doubles from 5 s with up to half as much again at random, so that pages that lost the server in
  // the same moment do not come back in the same moment.
  private retryDelay(): number {
    const base = FIRST_RETRY_MS * 2 ** Math.min(this.failures - 1, 5);
    return Math.min(LAST_RETRY_MS, base * (1 + this.ports.random() / 2));
  }

  private poll(): void {
    this.ports.poll().then(
      (cases) => {
        if (!this.running) return;
        this.answered();
        this.ports.tell({ kind: 'snapshot', cases });
      },
      () => undefined, // the next try follows anyway
    );
  }

  private expectReach(): void {
    if (this.offline !== undefined || !this.reached) return;
    this.offline = setTimeout(() => {
      this.offline = undefined;
      this.reached = false;
      this.ports.tell({ kind: 'reach', reached: false, since: this.lastReached });
    }, OFFLINE_AFTER_MS);
  }

  private answered(): void {
    clearTimeout(this.offline);
    this.offline = undefined;
    this.lastReached = Date.now();
    if (this.reached) return;
    this.reached = true;
    this.ports.tell({ kind: 'reach', reached: true, since: this.lastReached });
  }
}
