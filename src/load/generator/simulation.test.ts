// For tests: the engine in simulated time, against servers whose behaviour is known.
import assert from 'node:assert/strict';
import { Histogram } from '../result/histogram.ts';
import { Engine } from './engine.ts';
import type { Ending, Exchange } from './exchange.ts';
import type { Plan } from './plan.ts';
import { Schedule } from './schedule.ts';
import { type Counts, Tally } from './tally.ts';
import type { Transport, TransportEvents } from './transport.ts';

export const PLAN: Plan = {
  target: {
    isSecure: false,
    address: '127.0.0.1',
    port: 1,
    hostname: '127.0.0.1',
    authority: '127.0.0.1:1',
    insecure: false,
  },
  segments: [{ durationMs: 10_000, from: 100, to: 100 }],
  kinds: [{ name: 'GET /', weight: 1, method: 'GET', path: '/', headers: {}, body: undefined }],
  protocol: 'http/1.1',
  connections: 100,
  newConnections: false,
  slowShare: 0,
  slowBytesPerSecond: 0,
  obeyShare: 0,
  ignoreShare: 0,
  deadlineMs: 1000,
  timeoutMs: 5000,
  seed: 1,
};

export const SERVED: Ending = { status: 200, reason: undefined, retryAfter: undefined, error: undefined };
export const REFUSED: Ending = { ...SERVED, status: 503, reason: 'turn', retryAfter: '1' };

/** When the attempt ends, and how; undefined when it never does. */
export type Server = (
  nowMs: number,
  exchange: Exchange,
) => readonly [endMs: number, ending: Ending] | undefined;

interface Sent {
  readonly exchange: Exchange;
  readonly endMs: number;
  readonly ending: Ending;
}

/** A transport without sockets: a place for each connection, and a server that is a function. */
class FakeTransport implements Transport {
  readonly stats = { connectionsOpened: 0, bytesReceived: 0, cutOff: 0 };
  readonly underWay = new Set<Sent>();
  readonly #events: TransportEvents;
  readonly #server: Server;
  readonly #connections: number;
  readonly #now: () => number;

  constructor(events: TransportEvents, server: Server, connections: number, now: () => number) {
    this.#events = events;
    this.#server = server;
    this.#connections = connections;
    this.#now = now;
  }

  async open(): Promise<void> {}

  close(): void {}

  send(exchange: Exchange): boolean {
    if (this.underWay.size >= this.#connections) return false;
    const [endMs, ending] = this.#server(this.#now(), exchange) ?? [Infinity, SERVED];
    this.underWay.add({ exchange, endMs, ending });
    return true;
  }

  abandon(exchange: Exchange): void {
    for (const sent of this.underWay) if (sent.exchange === exchange) this.underWay.delete(sent);
    this.#events.hasRoom();
  }

  get first(): Sent | undefined {
    let first: Sent | undefined;
    for (const sent of this.underWay) if (sent.endMs < (first?.endMs ?? Infinity)) first = sent;
    return first;
  }

  finish(sent: Sent): void {
    this.underWay.delete(sent);
    this.#events.ended(sent.exchange, sent.ending);
    this.#events.hasRoom();
  }
}

/** Runs it to its end, from one event to the next. */
export function simulate(plan: Plan, server: Server, parts: number = 1, part: number = 0): Tally {
  let nowMs = 0;
  const tally = new Tally(plan);
  const now = (): number => nowMs;
  let transport: FakeTransport | undefined;
  const engine = new Engine(plan, new Schedule(plan, part, parts), tally, now, (events) => {
    transport = new FakeTransport(events, server, plan.connections, now);
    return transport;
  });
  for (let nextMs = engine.turn(); !engine.isFinished;) {
    const first = transport?.first;
    assert.ok(nextMs < Infinity || first !== undefined, 'nothing will ever happen');
    if (first !== undefined && first.endMs <= nextMs) {
      nowMs = Math.max(nowMs, first.endMs);
      transport?.finish(first);
    } else {
      nowMs = Math.max(nowMs, nextMs);
    }
    nextMs = engine.turn();
  }
  assert.equal(transport?.underWay.size, 0);
  return tally;
}

export function countsOf(tally: Tally): Counts {
  const [counts] = tally.state().kinds;
  assert.ok(counts);
  return counts;
}

export function figuresOf(tally: Tally): ReturnType<Histogram['figures']> {
  const all = new Histogram();
  for (const { latency } of tally.state().kinds) all.add(latency);
  return all.figures();
}
