// A server under load, without a server, a load or time: discrete events, the same for the same seed.
import { type Counted, type Place, type Stage, strike } from '../../src/admission/limit/roster.ts';
import type { LimitController } from './controller.ts';
import { exponential, seededRandom } from './random.ts';
import { Schedule } from './schedule.ts';

/** A server, who calls it, and what counts as good. */
export interface Scenario {
  readonly name: string;
  readonly durationMs: number;
  /** Nothing before is counted: what a controller does at its very start is a matter of its own. */
  readonly warmUpMs: number;
  /** A response later than this after its request is worth nothing. */
  readonly deadlineMs: number;
  /** Requests served at once; those beyond wait their turn. Infinite for a dependency that is slow but never full. */
  slots(atMs: number): number;
  /** How long one request is served that begins at this time. */
  serviceMs(atMs: number, random: () => number): number;
  /** New requests a second; they come whatever becomes of the others (an open loop). */
  arrivalsPerSecond(atMs: number): number;
  /** Share of requests that fail at once, without reaching a slot. */
  failedShare?(atMs: number): number;
  /** Clients go away after this long. The work goes on: nothing tells a handler to stop. */
  readonly patienceMs?: number;
  /** How often a client comes again after it was shed or went away. */
  readonly retries?: number;
  /** Requests that take long without a slot. They are no part of the goodput, but should not be refused. */
  readonly longLived?: LongLived;
  /** The best any controller could do, in responses a second. */
  bestPerSecond(atMs: number): number;
}

/** Long polls, or streams. A client that is refused comes again until it is let in. */
export interface LongLived {
  /** New clients a second. */
  clientsPerSecond(atMs: number): number;
  lastsMs(random: () => number): number;
  /** What of the answer is sent at the start: nothing of a long poll. */
  readonly stage: Stage;
  /** The client asks again as soon as it has an answer. */
  readonly repeats: boolean;
}

/** What became of the requests. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly admitted: number;
  readonly shed: number;
  /** Clients of `longLived`, and how long they were without a place because they were refused, in seconds for all together. */
  readonly clients: number;
  readonly secondsWithout: number;
  /** In time, after the warm-up. */
  readonly good: number;
  /** The same, for each `BUCKET_MS` from the start. */
  readonly goodByBucket: readonly number[];
  /** Of all that were served to the end after the warm-up, sorted. */
  readonly latenciesMs: Float64Array;
  /** The limit at the end of each bucket. */
  readonly limitByBucket: readonly number[];
  /** Maximum requests in flight at once. Any limit above it gives the same outcome. */
  readonly peakInFlight: number;
}

export const BUCKET_MS = 100;

/** A failing request takes this long. */
const FAILURE_MS = 1;

/** A client waits for this long on average before it comes again. */
const RETRY_DELAY_MS = 100;

/** A long-lived client that was refused comes again after this long, as `Retry-After: 1` and `2` say. */
const COME_AGAIN_MS = { least: 1000, most: 2000 };

class Request implements Counted {
  readonly arrivedMs: number;
  readonly attempt: number;
  readonly inFlightAtStart: number;
  readonly #stage: Stage;
  readonly #uncount: () => void;
  older: Counted | undefined;
  younger: Counted | undefined;
  place: Place = 'queue';
  gone = false;

  constructor(arrivedMs: number, attempt: number, inFlight: number, stage: Stage, uncount: () => void) {
    this.arrivedMs = arrivedMs;
    this.attempt = attempt;
    this.inFlightAtStart = inFlight;
    this.#stage = stage;
    this.#uncount = uncount;
  }

  stage(): Stage {
    return this.#stage;
  }

  moveTo(place: Place): void {
    this.place = place;
    this.#uncount();
  }
}

type Action =
  | { readonly kind: 'arrival' }
  | { readonly kind: 'retry'; readonly attempt: number }
  | { readonly kind: 'client' }
  | { readonly kind: 'client asks' }
  | { readonly kind: 'client has its answer'; readonly request: Request }
  | { readonly kind: 'served'; readonly request: Request }
  | { readonly kind: 'failed'; readonly request: Request }
  | { readonly kind: 'impatient'; readonly request: Request }
  | { readonly kind: 'bucket' };

export function simulate(scenario: Scenario, controller: LimitController, seed: number): Outcome {
  const random = seededRandom(seed);
  const schedule = new Schedule<Action>();
  const backlog: Request[] = [];
  let backlogHead = 0;
  let busy = 0;
  let inFlight = 0;
  let peakInFlight = 0;
  let admitted = 0;
  let shed = 0;
  let good = 0;
  let clients = 0;
  let secondsWithout = 0;
  const buckets = Math.ceil(scenario.durationMs / BUCKET_MS);
  const goodByBucket = Array.from({ length: buckets }, () => 0);
  const limitByBucket: number[] = [];
  const latencies: number[] = [];

  const serve = (request: Request, nowMs: number): void => {
    busy += 1;
    schedule.put(nowMs + scenario.serviceMs(nowMs, random), { kind: 'served', request });
  };
  const serveWaiting = (nowMs: number): void => {
    while (busy < scenario.slots(nowMs)) {
      const next = backlog[backlogHead];
      if (next === undefined) return;
      backlogHead += 1;
      serve(next, nowMs);
    }
  };
  const comeAgain = (attempt: number, nowMs: number): void => {
    if (attempt >= (scenario.retries ?? 0)) return;
    schedule.put(nowMs + exponential(random, RETRY_DELAY_MS), { kind: 'retry', attempt: attempt + 1 });
  };
  const uncount = (): void => {
    inFlight -= 1;
  };
  const admit = (attempt: number, nowMs: number, stage: Stage): Request => {
    inFlight += 1;
    if (inFlight > peakInFlight) peakInFlight = inFlight;
    const request = new Request(nowMs, attempt, inFlight, stage, uncount);
    controller.admitted(inFlight, nowMs, request);
    return request;
  };
  const dismiss = (request: Request): void => {
    strike(request);
    if (request.place === 'queue') inFlight -= 1;
  };
  const hasRoom = (nowMs: number): boolean => {
    controller.sweep?.(nowMs, inFlight > 0.7 * controller.limit);
    if (inFlight < controller.limit) return true;
    controller.sweep?.(nowMs, true);
    return inFlight < (controller.burst?.(nowMs) ?? controller.limit);
  };
  const ask = ({ stage, lastsMs }: LongLived, nowMs: number): void => {
    if (hasRoom(nowMs)) {
      const request = admit(0, nowMs, stage);
      schedule.put(nowMs + lastsMs(random), { kind: 'client has its answer', request });
      return;
    }
    controller.shed(nowMs);
    const waitsMs = COME_AGAIN_MS.least + random() * (COME_AGAIN_MS.most - COME_AGAIN_MS.least);
    secondsWithout += waitsMs / 1000;
    schedule.put(nowMs + waitsMs, { kind: 'client asks' });
  };
  const arrive = (attempt: number, nowMs: number): void => {
    if (!hasRoom(nowMs)) {
      if (nowMs >= scenario.warmUpMs) shed += 1;
      controller.shed(nowMs);
      comeAgain(attempt, nowMs);
      return;
    }
    if (nowMs >= scenario.warmUpMs) admitted += 1;
    const request = admit(attempt, nowMs, 'waiting');
    if (random() < (scenario.failedShare?.(nowMs) ?? 0)) {
      schedule.put(nowMs + FAILURE_MS, { kind: 'failed', request });
      return;
    }
    if (scenario.patienceMs !== undefined) {
      schedule.put(nowMs + scenario.patienceMs, { kind: 'impatient', request });
    }
    backlog.push(request);
    serveWaiting(nowMs);
  };
  const served = (request: Request, nowMs: number): void => {
    busy -= 1;
    serveWaiting(nowMs);
    if (request.gone) return;
    request.gone = true;
    const latencyMs = nowMs - request.arrivedMs;
    dismiss(request);
    controller.completed(latencyMs, request.inFlightAtStart, nowMs, request.place);
    if (nowMs >= scenario.warmUpMs) latencies.push(latencyMs);
    if (latencyMs > scenario.deadlineMs) return;
    if (nowMs >= scenario.warmUpMs) good += 1;
    const bucket = Math.floor(nowMs / BUCKET_MS);
    goodByBucket[bucket] = (goodByBucket[bucket] ?? 0) + 1;
  };

  const { longLived } = scenario;
  schedule.put(0, { kind: 'arrival' });
  if (longLived !== undefined) schedule.put(0, { kind: 'client' });
  schedule.put(BUCKET_MS, { kind: 'bucket' });
  for (let action = schedule.next(); action !== undefined; action = schedule.next()) {
    const atMs = schedule.nowMs;
    if (atMs > scenario.durationMs) break;
    switch (action.kind) {
      case 'arrival':
        arrive(0, atMs);
        schedule.put(atMs + exponential(random, 1000 / scenario.arrivalsPerSecond(atMs)), action);
        break;
      case 'client':
        if (longLived === undefined) break;
        clients += 1;
        ask(longLived, atMs);
        if (longLived.clientsPerSecond(atMs) > 0) {
          schedule.put(atMs + exponential(random, 1000 / longLived.clientsPerSecond(atMs)), action);
        }
        break;
      case 'client asks':
        if (longLived !== undefined) ask(longLived, atMs);
        break;
      case 'client has its answer': {
        const { request } = action;
        dismiss(request);
        controller.completed(atMs - request.arrivedMs, request.inFlightAtStart, atMs, request.place);
        if (longLived?.repeats === true) ask(longLived, atMs);
        break;
      }
      case 'retry':
        arrive(action.attempt, atMs);
        break;
      case 'served':
        served(action.request, atMs);
        break;
      case 'failed':
        dismiss(action.request);
        controller.failed(atMs - action.request.arrivedMs, action.request.inFlightAtStart, atMs);
        break;
      case 'impatient':
        if (action.request.gone) break;
        action.request.gone = true;
        dismiss(action.request);
        controller.cancelled(atMs - action.request.arrivedMs, atMs, action.request.place);
        comeAgain(action.request.attempt, atMs);
        break;
      case 'bucket':
        limitByBucket.push(controller.limit);
        schedule.put(atMs + BUCKET_MS, action);
        break;
    }
  }
  return {
    scenario,
    admitted,
    shed,
    clients,
    secondsWithout,
    good,
    goodByBucket,
    latenciesMs: Float64Array.from(latencies).toSorted(),
    limitByBucket,
    peakInFlight,
  };
}
