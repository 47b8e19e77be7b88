import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  FAILURES_BEFORE_POLLING, FIRST_RETRY_MS, LAST_RETRY_MS, LiveConnection, OFFLINE_AFTER_MS, POLL_MS,
  type EventStream,
} from '../src/live/connection';
import type { CaseRevision, LiveEvent } from '../src/live/events';

class FakeStream implements EventStream {
  readyState = 1;
  closed = false;
  private listeners = new Map<string, (event: MessageEvent<string>) => void>();

  addEventListener(name: string, listener: (event: MessageEvent<string>) => void) {
    this.listeners.set(name, listener);
  }
  close() {
    this.closed = true;
    this.readyState = 2;
  }
  send(name: string, data: unknown) {
    this.listeners.get(name)!({ data: typeof data === 'string' ? data : JSON.stringify(data) } as MessageEvent<string>);
  }
  // As the browser does it: a lost connection is tried again by itself, an HTTP error is final.
  breakOff() {
    this.readyState = 0;
    this.send('error', '');
  }
  refuse() {
    this.readyState = 2;
    this.send('error', '');
  }
}

const CASES: CaseRevision[] = [{ case: 'a', revision: 3 }];

function setUp({ poll = () => Promise.reject<CaseRevision[]>(new Error('unreachable')), random = 0 } = {}) {
  const streams: FakeStream[] = [];
  const told: LiveEvent[] = [];
  const polls = vi.fn(poll);
  const connection = new LiveConnection({
    open() {
      streams.push(new FakeStream());
      return streams.at(-1)!;
    },
    poll: polls,
    tell: (event) => told.push(event),
    random: () => random,
  });
  connection.start();
  return { connection, streams, told, polls, reach: () => told.filter((event) => event.kind === 'reach') };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a live connection', () => {
  it('passes on what the server tells', () => {
    const { streams, told } = setUp();
    streams[0]!.send('snapshot', { cases: CASES });
    streams[0]!.send('change', { case: 'a', revision: 4, changed: ['status'] });
    expect(told).toEqual([
      { kind: 'snapshot', cases: CASES },
      { kind: 'change', case: 'a', revision: 4, changed: ['status'] },
    ]);
  });

  it('ignores an event that is no JSON', () => {
    const { streams, told } = setUp();
    streams[0]!.send('change', '{');
    expect(told).toEqual([]);
  });

  it('leaves a broken connection to the browser', async () => {
    const { streams } = setUp();
    streams[0]!.send('snapshot', { cases: CASES });
    streams[0]!.breakOff();
    await vi.advanceTimersByTimeAsync(10 * LAST_RETRY_MS);
    expect(streams).toHaveLength(1);
  });

  it('opens a new stream after an HTTP error, later every time and at most a minute later', async () => {
    const { streams } = setUp();
    const delays: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      streams.at(-1)!.refuse();
      const before = streams.length;
      let waited = 0;
      while (streams.length === before) {
        await vi.advanceTimersByTimeAsync(500);
        waited += 500;
      }
      delays.push(waited);
    }
    expect(delays).toEqual([5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  });

  it('spreads its tries at random', async () => {
    const { streams } = setUp({ random: 0.99 });
    streams[0]!.refuse();
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS * 1.4);
    expect(streams).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS * 0.1);
    expect(streams).toHaveLength(2);
  });

  it('begins with the short delay again after a success', async () => {
    const { streams } = setUp();
    streams[0]!.refuse();
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS);
    streams[1]!.refuse();
    await vi.advanceTimersByTimeAsync(2 * FIRST_RETRY_MS);
    streams[2]!.send('snapshot', { cases: CASES });
    streams[2]!.refuse();
    await vi.advanceTimersByTimeAsync(FIRST_RETRY_MS);
    expect(streams).toHaveLength(4);
  });

  it('asks once at each HTTP error, so that an ended session is noticed', () => {
    const { streams, polls } = setUp();
    streams[0]!.refuse();
    expect(polls).toHaveBeenCalledTimes(1);
  });

  it('polls every minute after three failures, until a stream is up', async () => {
    const { streams, polls, told } = setUp({ poll: () => Promise.resolve(CASES) });
    for (let failure = 0; failure < FAILURES_BEFORE_POLLING; failure += 1) streams[0]!.breakOff();
    expect(polls).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(3 * POLL_MS);
    expect(polls).toHaveBeenCalledTimes(3);
    expect(told).toContainEqual({ kind: 'snapshot', cases: CASES });
    streams[0]!.send('snapshot', { cases: CASES });
    await vi.advanceTimersByTimeAsync(3 * POLL_MS);
    expect(polls).toHaveBeenCalledTimes(3);
  });

  it('says that the server is out of reach after ten seconds, with the time of the data', async () => {
    const { streams, reach } = setUp();
    const seen = Date.now();
    streams[0]!.send('snapshot', { cases: CASES });
    streams[0]!.breakOff();
    await vi.advanceTimersByTimeAsync(OFFLINE_AFTER_MS - 1);
    expect(reach()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(reach()).toEqual([{ kind: 'reach', reached: false, since: seen }]);
  });

  it('says once that it is back', async () => {
    const { streams, reach } = setUp();
    streams[0]!.breakOff();
    await vi.advanceTimersByTimeAsync(OFFLINE_AFTER_MS);
    streams[0]!.send('snapshot', { cases: CASES });
    streams[0]!.send('snapshot', { cases: CASES });
    expect(reach().map((event) => event.kind === 'reach' && event.reached)).toEqual([false, true]);
  });

  it('says nothing of a short break', async () => {
    const { streams, reach } = setUp();
    streams[0]!.breakOff();
    await vi.advanceTimersByTimeAsync(OFFLINE_AFTER_MS / 2);
    streams[0]!.send('snapshot', { cases: CASES });
    await vi.advanceTimersByTimeAsync(10 * OFFLINE_AFTER_MS);
    expect(reach()).toEqual([]);
  });

  it('does nothing more once stopped', async () => {
    const { connection, streams, told, polls } = setUp();
    streams[0]!.refuse();
    connection.stop();
    await vi.advanceTimersByTimeAsync(10 * LAST_RETRY_MS);
    expect(streams).toHaveLength(1);
    expect(polls).toHaveBeenCalledTimes(1);
    expect(told).toEqual([]);
  });
});
