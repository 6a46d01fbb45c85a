// The load of the last two minutes, by second and route: what an incident is replayed with. Routes and counts only.
import { shapeRoute, type WorkerSample } from '../../../worker/index.ts';

export const LOAD_FILE = 'load.json';

/** How far back it reaches, in seconds. */
const SECONDS = 120;

/** Routes with a column of their own; the others share one for each method. */
const MAX_ROUTES = 100;

/** `load.json` of an incident. */
export interface LoadBefore {
  readonly version: 1;
  /** When the last step ended, in ms since the epoch. */
  readonly endedAtMs: number;
  readonly stepMs: number;
  /** `GET /users/:id`; `GET *` where no route is known. */
  readonly routes: readonly string[];
  /** Requests that ended in each step, by route; the oldest step first. Zeroes at the end of a step are left out. */
  readonly steps: readonly (readonly number[])[];
}

/** A worker as far as its load goes. */
interface Counted {
  readonly sample: Pick<WorkerSample, 'duration'> | undefined;
}

interface Seen {
  sample: Counted['sample'];
  /** Requests by row. */
  readonly counts: Map<string, number>;
}

/** Counts what workers have answered and shed. Bounded. */
export class LoadHistory {
  readonly #routes = new Map<string, number>();
  readonly #seen = new WeakMap<object, Seen>();
  readonly #steps: number[][] = [];
  #endedAtMs = 0;

  /** Once a second. */
  add(nowMs: number, workers: Iterable<Counted>): void {
    const step: number[] = [];
    for (const worker of workers) this.#addWorker(worker, step);
    this.#steps.push(step);
    if (this.#steps.length > SECONDS) this.#steps.shift();
    this.#endedAtMs = nowMs;
  }

  /** Undefined when there was no request. */
  read(): LoadBefore | undefined {
    if (this.#steps.every((step) => step.length === 0)) return undefined;
    return {
      version: 1,
      endedAtMs: this.#endedAtMs,
      stepMs: 1000,
      routes: [...this.#routes.keys()],
      steps: this.#steps.map((step) => Array.from(step, (count) => count ?? 0)),
    };
  }

  #addWorker(worker: Counted, step: number[]): void {
    const { sample } = worker;
    let seen = this.#seen.get(worker);
    if (seen === undefined) this.#seen.set(worker, (seen = { sample: undefined, counts: new Map() }));
    if (sample === undefined || sample === seen.sample) return;
    seen.sample = sample;
    for (const { method, route, status, counts } of sample.duration.series) {
      const count = counts.reduce((sum, each) => sum + each, 0);
      const row = `${status} ${method} ${route}`;
      const added = count - (seen.counts.get(row) ?? 0);
      if (added <= 0) continue;
      seen.counts.set(row, count);
      const column = this.#column(method, route);
      step[column] = (step[column] ?? 0) + added;
    }
  }

  #column(method: string, route: string): number {
    // What has no name in HTTP can't be sent again.
    const verb = /^[A-Z]+$/.test(method) && method !== 'CONNECT' ? method : 'GET';
    const name = shapeRoute(verb, route);
    const known = this.#routes.get(name);
    if (known !== undefined) return known;
    if (route !== '' && this.#routes.size >= MAX_ROUTES) return this.#column(verb, '');
    this.#routes.set(name, this.#routes.size);
    return this.#routes.size - 1;
  }
}
