// What the process asks of other services, by origin. Bounded, whatever the process calls.
import { OTHER_ROUTE } from '../core/route-labels.ts';

/** How a request ended: the class of its status, or without a response. */
export type ObservedOutcome = '2xx' | '3xx' | '4xx' | '5xx' | 'no-response';

export interface OriginFigures {
  /** Requests that have ended, by outcome. */
  readonly requests: Map<ObservedOutcome, number>;
  /** Sum of their times from the request to the headers of the response, or to the failure, in ms. */
  tookMs: number;
  /** Without a response yet. */
  inFlight: number;
  /** Of those, the ones that have waited for longer than {@link LONG_MS}. */
  waiting: number;
}

interface Observed {
  readonly figures: OriginFigures;
  readonly startedMs: number;
}

/** Maximum origins with figures of their own. Samples carry them each second; later origins share one label. */
const MAX_ORIGINS = 50;

/** Shown from the start: a rate does not see the step from nothing to one. */
const FAILURES: readonly (readonly [ObservedOutcome, number])[] = [
  ['5xx', 0],
  ['no-response', 0],
];

/** From here on a request waits, in ms. */
export const LONG_MS = 1000;

export class ObservedOrigins {
  readonly #byOrigin = new Map<string, OriginFigures>();
  readonly #inFlight = new Map<object, Observed>();

  began(request: object, origin: string, nowMs: number): void {
    const figures = this.#figuresOf(origin);
    figures.inFlight += 1;
    this.#inFlight.set(request, { figures, startedMs: nowMs });
  }

  answered(request: object, status: number, nowMs: number): void {
    this.#ended(request, outcomeOf(status), nowMs);
  }

  failed(request: object, nowMs: number): void {
    this.#ended(request, 'no-response', nowMs);
  }

  /** Figures by origin. Requests that have ended unnoticed count as failed. */
  read(hasEnded: (request: object) => boolean, nowMs: number): ReadonlyMap<string, Readonly<OriginFigures>> {
    for (const figures of this.#byOrigin.values()) figures.waiting = 0;
    for (const [request, { figures, startedMs }] of this.#inFlight) {
      if (hasEnded(request)) this.failed(request, nowMs);
      else if (nowMs - startedMs > LONG_MS) figures.waiting += 1;
    }
    return this.#byOrigin;
  }

  #ended(request: object, outcome: ObservedOutcome, nowMs: number): void {
    const observed = this.#inFlight.get(request);
    if (observed === undefined) return;
    this.#inFlight.delete(request);
    const { figures, startedMs } = observed;
    figures.inFlight -= 1;
    figures.tookMs += nowMs - startedMs;
    figures.requests.set(outcome, (figures.requests.get(outcome) ?? 0) + 1);
  }

  #figuresOf(origin: string): OriginFigures {
    const label = this.#byOrigin.size < MAX_ORIGINS || this.#byOrigin.has(origin) ? origin : OTHER_ROUTE;
    let figures = this.#byOrigin.get(label);
    if (figures === undefined) {
      figures = { requests: new Map(FAILURES), tookMs: 0, inFlight: 0, waiting: 0 };
      this.#byOrigin.set(label, figures);
    }
    return figures;
  }
}

function outcomeOf(status: number): ObservedOutcome {
  if (status >= 500) return '5xx';
  if (status >= 400) return '4xx';
  return status >= 300 ? '3xx' : '2xx';
}
