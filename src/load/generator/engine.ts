// The open loop: requests start when they are due, whatever became of those before, and count from when they were due. Knows no sockets
// and no clock of its own.
import type { Arrivals } from './arrivals.ts';
import { type Ending, Exchange, LiveList } from './exchange.ts';
import { durationOf, type Plan } from './plan.ts';
import type { Tally } from './tally.ts';
import type { Transport, TransportEvents } from './transport.ts';
import { Waiting } from './waiting.ts';

/** Maximum repeats of a refused request. */
const MAX_REPEATS = 3;

/** Maximum connections that an attempt tries whose server closes them before it looks at it. */
const MAX_RESENDS = 10;

/** How many places at the front of the queue are given back at a time. */
const QUEUE_CHUNK = 1024;

const TIMEOUT = 'TIMEOUT';

export class Engine implements TransportEvents {
  readonly transport: Transport;
  readonly #plan: Plan;
  readonly #schedule: Arrivals;
  readonly #tally: Tally;
  readonly #now: () => number;
  readonly #live = new LiveList();
  readonly #waiting = new Waiting();
  /** Requests that found every connection in use, the oldest first. */
  readonly #queue: Exchange[] = [];
  #queueStart = 0;
  readonly #unused: Exchange[] = [];
  readonly #endMs: number;
  #hasStarted = false;
  #isStopped = false;

  /** @param now Milliseconds from the start of the run. */
  constructor(
    plan: Plan,
    schedule: Arrivals,
    tally: Tally,
    now: () => number,
    connect: (events: TransportEvents) => Transport,
  ) {
    this.#plan = plan;
    this.#schedule = schedule;
    this.#tally = tally;
    this.#now = now;
    this.#endMs = durationOf(plan);
    this.transport = connect(this);
  }

  /** Every request has ended. */
  get isFinished(): boolean {
    return this.#schedule.dueMs === Infinity && this.#live.size === 0 && this.#waiting.size === 0;
  }

  /** Starts and gives up what is due. @returns When it has to be called next; Infinity when nothing is to be done by then. */
  turn(): number {
    this.#hasStarted = true;
    const nowMs = this.#now();
    const { timeoutMs } = this.#plan;
    this.#startDue(nowMs);
    while (this.#waiting.firstMs <= nowMs) this.#repeatNext();
    for (let first = this.#live.first; first !== undefined && first.startedMs + timeoutMs <= nowMs;) {
      this.#giveUp(first);
      first = this.#live.first;
    }
    const firstTimeoutMs = (this.#live.first?.startedMs ?? Infinity) + timeoutMs;
    return Math.min(this.#schedule.dueMs, this.#waiting.firstMs, firstTimeoutMs);
  }

  /** Starts no more requests. What is in flight may still end, until {@link cutOff}. */
  stop(): void {
    this.#isStopped = true;
    this.#schedule.end();
    for (let one = this.#waiting.take(); one !== undefined; one = this.#waiting.take()) this.#refuse(one);
  }

  /** Leaves what has not ended out of all figures. */
  cutOff(): void {
    this.#queue.length = this.#queueStart = 0;
    for (let first = this.#live.first; first !== undefined; first = this.#live.first) {
      this.#live.remove(first);
      this.#tally.forget(first);
      this.transport.abandon(first);
    }
  }

  ended(exchange: Exchange, { status, reason, retryAfter, error }: Ending): void {
    const nowMs = this.#now();
    this.#live.remove(exchange);
    if (status === 0 && reason === undefined) this.#tally.unanswered();
    else this.#tally.answered(nowMs);
    if (status === 429 || status === 503 || (status === 0 && reason !== undefined)) {
      this.#tally.refusal(exchange, reason ?? String(status), nowMs);
      this.#afterRefusal(exchange, retryAfter, nowMs);
      return;
    }
    if (status === 0) this.#tally.failed(exchange, error ?? 'UNKNOWN');
    else if (status >= 400) this.#tally.failed(exchange, String(status));
    else this.#tally.served(exchange, nowMs);
    this.#release(exchange);
  }

  unprocessed(exchange: Exchange): void {
    if (exchange.resends >= MAX_RESENDS) {
      this.ended(exchange, { status: 0, reason: undefined, retryAfter: undefined, error: 'GOAWAY' });
      return;
    }
    exchange.resends += 1;
    this.#sendOrQueue(exchange);
  }

  hasRoom(): void {
    while (this.#queueStart < this.#queue.length) {
      const exchange = this.#queue[this.#queueStart];
      if (exchange === undefined) return;
      // A client that has given up while it waited sends nothing.
      if (exchange.isLive && !this.transport.send(exchange)) return;
      exchange.isQueued = false;
      this.#queueStart += 1;
      if (!exchange.isLive) this.#release(exchange);
      if (this.#queueStart === QUEUE_CHUNK) {
        this.#queue.splice(0, QUEUE_CHUNK);
        this.#queueStart = 0;
      }
    }
    this.#queue.length = this.#queueStart = 0;
    // Responses often come many at once: what is due meanwhile does not wait for the last of them.
    if (this.#hasStarted) this.#startDue(this.#now());
  }

  #startDue(nowMs: number): void {
    const schedule = this.#schedule;
    while (schedule.dueMs <= nowMs) {
      const exchange = this.#unused.pop() ?? new Exchange();
      exchange.dueMs = exchange.startedMs = schedule.dueMs;
      exchange.kind = schedule.kind;
      exchange.manner = schedule.manner;
      exchange.isSlow = schedule.isSlow;
      exchange.path = schedule.path;
      exchange.bodyBytes = schedule.bodyBytes;
      exchange.repeats = 0;
      // Sending those before has taken time too.
      this.#tally.due(exchange, this.#now() - exchange.dueMs);
      this.#send(exchange);
      schedule.advance();
    }
  }

  #send(exchange: Exchange): void {
    this.#live.append(exchange);
    exchange.resends = 0;
    this.#sendOrQueue(exchange);
  }

  #sendOrQueue(exchange: Exchange): void {
    const isFirst = this.#queueStart === this.#queue.length;
    if ((isFirst || exchange.isSlow) && this.transport.send(exchange)) return;
    this.#tally.waitedForConnection += 1;
    exchange.isQueued = true;
    this.#queue.push(exchange);
  }

  #giveUp(exchange: Exchange): void {
    this.#live.remove(exchange);
    this.#tally.unanswered();
    this.#tally.failed(exchange, TIMEOUT);
    // Reports room, which may be taken for others.
    this.transport.abandon(exchange);
    this.#release(exchange);
  }

  #afterRefusal(exchange: Exchange, retryAfter: string | undefined, nowMs: number): void {
    const atMs = this.#repeatAt(exchange, retryAfter, nowMs);
    if (this.#isStopped || exchange.repeats >= MAX_REPEATS || atMs > this.#endMs) {
      this.#refuse(exchange);
      return;
    }
    exchange.startedMs = atMs;
    this.#waiting.add(exchange);
  }

  /** Infinity when its client does not repeat it. */
  #repeatAt({ manner }: Exchange, retryAfter: string | undefined, nowMs: number): number {
    if (manner === 'gives up') return Infinity;
    if (manner === 'ignores') return nowMs;
    // A date would need the server's clock; nobody sends one to shed load.
    return retryAfter !== undefined && /^\d+$/.test(retryAfter)
      ? nowMs + 1000 * Number(retryAfter)
      : Infinity;
  }

  #repeatNext(): void {
    const exchange = this.#waiting.take();
    if (exchange === undefined) return;
    exchange.repeats += 1;
    this.#tally.repeats += 1;
    this.#send(exchange);
  }

  #refuse(exchange: Exchange): void {
    this.#tally.refused(exchange);
    this.#release(exchange);
  }

  #release(exchange: Exchange): void {
    if (!exchange.isQueued) this.#unused.push(exchange);
  }
}
