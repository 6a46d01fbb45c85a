// A thread's part of a run, in real time.
import { toLocal } from './clock.ts';
import { connect, initialConnections } from './connect.ts';
import { Engine } from './engine.ts';
import type { Report, ThreadSetup } from './messages.ts';
import { RecordedArrivals } from './recorded-arrivals.ts';
import { Schedule } from './schedule.ts';
import { Tally } from './tally.ts';

/**
 * Timers of Node.js wait for whole milliseconds, and may be one late: the last part of a wait is spent looking at the clock in every
 * iteration of the event loop. That keeps a core busy from a few hundred requests per second on.
 */
const SPIN_MS = 2;

/** Maximum sleep in milliseconds; responses are handled meanwhile, and whether they were the last ones is seen after it. */
const MAX_SLEEP_MS = 20;

const REPORT_MS = 1000;

/** How long requests in flight may take to end after the run was stopped, in milliseconds. */
const STOP_GRACE_MS = 300;

export class ThreadRun {
  readonly #report: (report: Report) => void;
  readonly #tally: Tally;
  readonly #engine: Engine;
  readonly #connections: number;
  #startMs = 0;
  #nextReportMs = REPORT_MS;
  #cutOffMs = Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor({ plan, part, parts }: ThreadSetup, report: (report: Report) => void) {
    this.#report = report;
    this.#tally = new Tally(plan);
    const now = (): number => performance.now() - this.#startMs;
    const arrivals =
      plan.arrivals === undefined
        ? new Schedule(plan, part, parts)
        : new RecordedArrivals(plan, plan.arrivals, part, parts);
    this.#engine = new Engine(plan, arrivals, this.#tally, now, (events) => connect(plan, events, now));
    this.#connections = initialConnections(plan);
  }

  /** Opens the connections, and reports `ready` or `unreachable`. */
  async open(): Promise<void> {
    try {
      await this.#engine.transport.open(this.#connections);
      this.#report({ type: 'ready' });
    } catch (error) {
      const { code = 'UNKNOWN', message } = error as NodeJS.ErrnoException;
      this.#engine.transport.close();
      this.#report({ type: 'unreachable', code, message });
    }
  }

  start(startMs: number): void {
    this.#startMs = toLocal(startMs);
    this.#turn();
  }

  /** Starts no more requests; reports `done` shortly. */
  stop(): void {
    this.#engine.stop();
    this.#cutOffMs = Math.min(this.#cutOffMs, performance.now() - this.#startMs + STOP_GRACE_MS);
  }

  /** Ends at once, without a report: the run has not begun, or no caller waits for its end. */
  abort(): void {
    clearTimeout(this.#timer);
    this.#engine.transport.close();
  }

  readonly #turn = (): void => {
    const nextMs = this.#engine.turn();
    const nowMs = performance.now() - this.#startMs;
    if (nowMs >= this.#cutOffMs) this.#engine.cutOff();
    if (this.#engine.isFinished) {
      this.#finish(nowMs);
      return;
    }
    if (nowMs >= this.#nextReportMs) {
      this.#nextReportMs += REPORT_MS * Math.ceil((nowMs - this.#nextReportMs + 1) / REPORT_MS);
      this.#reportSeconds(nowMs, Math.min(nextMs, nowMs));
    }
    const sleepMs = Math.min(MAX_SLEEP_MS, Math.floor(nextMs - nowMs - SPIN_MS));
    if (sleepMs > 0) this.#timer = setTimeout(this.#turn, sleepMs);
    else setImmediate(this.#turn);
  };

  #reportSeconds(elapsedMs: number, startedMs: number): void {
    this.#report({ type: 'seconds', elapsedMs, seconds: this.#tally.takeSeconds(startedMs) });
  }

  #finish(nowMs: number): void {
    const { transport } = this.#engine;
    transport.close();
    this.#reportSeconds(nowMs, Infinity);
    this.#report({ type: 'done', tally: this.#tally.state(), stats: transport.stats });
  }
}
