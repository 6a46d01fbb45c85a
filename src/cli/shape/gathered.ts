import type { LoadShape, ShapeRoute } from '../../load/index.ts';
import type { RecordedRequests } from '../../supervisor/index.ts';

/** Numbers for each request: arrival, route, bytes of the body, bytes of the response. */
const CELLS = 4;

/** Requests that the first piece of memory has room for. */
const FIRST = 16_384;

/** Requests of a recording as they arrive: in no order, and with routes by worker. */
export class Gathered {
  readonly #routes = new Map<string, number>();
  /** Indexes of the routes by worker. */
  readonly #ofWorker = new Map<number, number[]>();
  #cells = new Float64Array(FIRST * CELLS);
  #count = 0;

  get requests(): number {
    return this.#count;
  }

  get routes(): number {
    return this.#routes.size;
  }

  add({ worker, routes, requests }: RecordedRequests): void {
    const own = this.#ofWorker.get(worker) ?? [];
    this.#ofWorker.set(worker, own);
    for (const route of routes) {
      const index = this.#routes.get(route) ?? this.#routes.size;
      this.#routes.set(route, index);
      own.push(index);
    }
    for (const [atMs, kind, body, response] of requests) {
      const index = own[kind];
      if (index === undefined) throw new RangeError(`worker ${worker} has named no route ${kind}`);
      if ((this.#count + 1) * CELLS > this.#cells.length) {
        const larger = new Float64Array(2 * this.#cells.length);
        larger.set(this.#cells);
        this.#cells = larger;
      }
      this.#cells.set([atMs, index, body, response], this.#count * CELLS);
      this.#count += 1;
    }
  }

  /** In the order of arrival. */
  shape(recordedAt: Date, durationMs: number, dropped: number): LoadShape {
    const cell = (request: number, offset: number): number => this.#cells[request * CELLS + offset] ?? 0;
    const order = Uint32Array.from({ length: this.#count }, (_, i) => i).toSorted(
      (a, b) => cell(a, 0) - cell(b, 0),
    );
    const column = (offset: number): Float64Array =>
      Float64Array.from(order, (request) => cell(request, offset));
    return {
      recordedAt: recordedAt.toISOString(),
      durationMs,
      routes: [...this.#routes.keys()].map(routeOf),
      // The last requests may have come while the recording ended.
      atMs: column(0).map((at) => Math.min(at, durationMs)),
      kinds: Uint16Array.from(column(1)),
      bodyBytes: column(2),
      responseBytes: column(3),
      dropped,
    };
  }
}

function routeOf(name: string): ShapeRoute {
  const space = name.indexOf(' ');
  return { method: name.slice(0, space), route: name.slice(space + 1) };
}
