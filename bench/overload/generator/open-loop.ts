// Requests start when they are due, whatever became of those before, and count from when they were due.
import { random } from '../../lib/statistics.ts';
import { Connection, IDLE, type Owner } from './connection.ts';
import { Ledger } from './ledger.ts';
import type { OpenPlan, OpenResult, Phase } from './plan.ts';
import { buildRequests, kindChooser } from './requests.ts';

/** Kept-alive connections that are open before the first request is due, as of clients that were there before. */
const POOLED_CONNECTIONS = 256;

/** A pool grows up to here when none of its connections is idle; then requests wait, and the wait counts. */
const MAX_POOLED_CONNECTIONS = 1000;

/** With a connection for each request, as many as a process may usually have; then too requests wait. */
const MAX_NEW_CONNECTIONS = 16_000;

const POOL_FILL_MS = 300;

/**
 * Arrivals are random (exponential gaps), as those of independent users are. The generator looks at the clock in every
 * turn of its event loop and never sleeps, because Node.js sleeps for whole milliseconds; it needs a core of its own.
 */
export async function runOpenLoop(plan: OpenPlan): Promise<OpenResult> {
  return new OpenLoop(plan).run();
}

class OpenLoop {
  readonly #plan: OpenPlan;
  readonly #keepsAlive: boolean;
  readonly #mayBeOpen: number;
  readonly #requests: readonly (readonly Buffer[])[];
  readonly #ledger: Ledger;
  readonly #owner: Owner;
  readonly #finished = Promise.withResolvers<void>();
  /** Those that have waited longest come first, so that all are used alike and none is closed for idleness. */
  readonly #idle: Connection[] = [];
  readonly #carriers: (Connection | undefined)[] = [];
  #open = 0;
  #mostOpen = 0;
  #startMs = 0;
  #noticed = 0;
  #sent = 0;
  /** All requests before this one have ended. */
  #oldest = 0;

  constructor(plan: OpenPlan) {
    const { kinds, phases, port, connections, seed } = plan;
    this.#plan = plan;
    this.#keepsAlive = connections === 'keep-alive';
    this.#mayBeOpen = this.#keepsAlive ? MAX_POOLED_CONNECTIONS : MAX_NEW_CONNECTIONS;
    this.#requests = buildRequests(kinds, port, connections);
    this.#ledger = new Ledger(arrivals(phases, seed), kindChooser(kinds, seed + 1), plan);
    this.#owner = { port, answered: this.#answered, gone: this.#gone };
  }

  async run(): Promise<OpenResult> {
    if (this.#keepsAlive) await this.#fillPool();
    this.#startMs = performance.now();
    const before = process.cpuUsage();
    setImmediate(this.#turn);
    await this.#finished.promise;
    const { user, system } = process.cpuUsage(before);
    const coreShare = (user + system) / 1000 / (performance.now() - this.#startMs);
    return { ...this.#ledger.result(), coreShare, mostConnections: this.#mostOpen };
  }

  async #fillPool(): Promise<void> {
    for (let i = 0; i < POOLED_CONNECTIONS; i += 1) this.#idle.push(this.#connect());
    await new Promise((resolve) => setTimeout(resolve, POOL_FILL_MS));
  }

  readonly #turn = (): void => {
    const ledger = this.#ledger;
    const elapsedMs = performance.now() - this.#startMs;
    for (; this.#noticed < ledger.requests && ledger.dueMs(this.#noticed) <= elapsedMs; this.#noticed += 1) {
      ledger.noticed(this.#noticed, elapsedMs);
    }
    this.#giveUp(elapsedMs);
    this.#send();
    if (this.#oldest === ledger.requests) this.#finished.resolve();
    else setImmediate(this.#turn);
  };

  /** All requests have the same patience, so that those due first lose it first. */
  #giveUp(elapsedMs: number): void {
    const ledger = this.#ledger;
    for (; this.#oldest < this.#noticed; this.#oldest += 1) {
      if (ledger.isEnded(this.#oldest)) continue;
      if (elapsedMs < ledger.dueMs(this.#oldest) + this.#plan.timeoutMs) return;
      ledger.timedOut(this.#oldest);
      const carrier = this.#carriers[this.#oldest];
      if (carrier !== undefined) this.#drop(carrier);
    }
  }

  #send(): void {
    for (; this.#sent < this.#noticed; this.#sent += 1) {
      if (this.#ledger.isEnded(this.#sent)) continue; // given up while it waited
      const connection = this.#idle.shift() ?? this.#connectIfAllowed();
      if (connection === undefined) return; // it waits here, and the wait counts
      this.#carriers[this.#sent] = connection;
      connection.send(this.#sent, this.#requests[this.#ledger.kind(this.#sent)] ?? []);
    }
  }

  #connectIfAllowed(): Connection | undefined {
    return this.#open < this.#mayBeOpen ? this.#connect() : undefined;
  }

  #connect(): Connection {
    this.#open += 1;
    this.#mostOpen = Math.max(this.#mostOpen, this.#open);
    return new Connection(this.#owner);
  }

  #drop(connection: Connection): void {
    this.#forget(connection);
    connection.drop();
  }

  #forget(connection: Connection): void {
    this.#open -= 1;
    if (connection.request !== IDLE) this.#carriers[connection.request] = undefined;
  }

  readonly #answered = (connection: Connection, status: number): void => {
    const { request } = connection;
    if (request !== IDLE) this.#ledger.answered(request, status, performance.now() - this.#startMs);
    if (request !== IDLE && this.#keepsAlive && connection.isReusable) {
      this.#carriers[request] = undefined;
      connection.request = IDLE;
      this.#idle.push(connection);
    } else {
      this.#drop(connection);
    }
  };

  readonly #gone = (connection: Connection, why: string): void => {
    const { request } = connection;
    if (request === IDLE) this.#idle.splice(this.#idle.indexOf(connection), 1);
    else this.#ledger.broke(request, why);
    this.#forget(connection);
  };
}

function arrivals(phases: readonly Phase[], seed: number): Float64Array {
  const next = random(seed);
  const due: number[] = [];
  let phaseStartMs = 0;
  for (const { ratePerSecond, seconds } of phases) {
    const endMs = phaseStartMs + 1000 * seconds;
    for (let atMs = phaseStartMs; ;) {
      atMs -= (Math.log(1 - next()) * 1000) / ratePerSecond;
      if (atMs >= endMs) break;
      due.push(atMs);
    }
    phaseStartMs = endMs;
  }
  return Float64Array.from(due);
}
