import { NOT_ANNOUNCED } from '../admission/index.ts';
import type { CounterTable } from '../core/counter-table.ts';
import { OTHER_ROUTE } from '../core/route-labels.ts';
import { Exemplars } from './exemplars.ts';
import { ANSWERING, bucketOf, BUCKETS, LOG_SUM, OTHER_METHOD, SUM } from './duration-row.ts';

const METHODS: ReadonlyMap<string, number> = new Map(
  ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', 'QUERY'].map((name, i) => [
    name,
    i + 1,
  ]),
);

/** Series of all routes, methods and statuses: OpenTelemetry's limit for a metric. What comes then keeps its status only. */
const MAX_SERIES = 2000;

/** More than any status. */
const STATUSES = 1000;

/** The series of a route. */
interface RouteRows {
  readonly label: string;
  /** By method and status. */
  readonly rows: Map<number, number>;
}

/** Histograms of request durations by route, method and status. Runs for every request, and allocates for new series only. */
export class Durations {
  readonly exemplars: Exemplars = new Exemplars();
  readonly #table: CounterTable;
  /** By route and by label: as many as there are labels. */
  readonly #routes = new Map<string, RouteRows>();
  #series = 0;
  /** The series of the last request: the next one is often its like. */
  #last = { route: '', method: '', status: -1, row: 0 };

  constructor(table: CounterTable) {
    this.#table = table;
  }

  /**
   * The head of an answer is about to leave. Until it has ended it is counted apart, so that it can be counted by others if this
   * process doesn't live to do it.
   *
   * @returns What {@link ended} is to be given.
   */
  answering(route: string, method: string, status: number, seconds: number): number {
    const row = this.#row(route, method, status);
    const bucket = bucketOf(seconds);
    this.#table.add(row, ANSWERING + bucket, 1);
    return row * BUCKETS + bucket;
  }

  /**
   * @param announced What {@link answering} has returned, or {@link NOT_ANNOUNCED}.
   * @param traceparent The request's header of that name.
   */
  ended(
    announced: number,
    route: string,
    method: string,
    status: number,
    seconds: number,
    traceparent: string | undefined,
  ): void {
    const row = announced === NOT_ANNOUNCED ? this.#row(route, method, status) : (announced / BUCKETS) | 0;
    if (announced !== NOT_ANNOUNCED) this.#table.add(row, ANSWERING + (announced % BUCKETS), -1);
    const bucket = bucketOf(seconds);
    this.#table.add(row, bucket, 1);
    this.#table.add(row, SUM, seconds);
    // Shed requests take no time at all.
    if (seconds > 0) this.#table.add(row, LOG_SUM, Math.log(seconds));
    if (traceparent !== undefined) this.exemplars.ended(row, bucket, seconds, traceparent);
  }

  #row(route: string, method: string, status: number): number {
    const last = this.#last;
    if (last.status === status && last.route === route && last.method === method) return last.row;
    const row = this.#find(route, method, status);
    this.#last = { route, method, status, row };
    return row;
  }

  #find(route: string, method: string, status: number): number {
    const rows = this.#routes.get(route) ?? this.#rowsOf(route);
    const key = (METHODS.get(method) ?? 0) * STATUSES + (status > 0 && status < STATUSES ? status : 0);
    return rows.rows.get(key) ?? this.#addSeries(rows, key, method);
  }

  /** Kept under the label, and under the route where that is another and no one of many. */
  #rowsOf(route: string): RouteRows {
    const label = this.#table.routes.of(route);
    const rows = this.#routes.get(label) ?? { label, rows: new Map() };
    this.#routes.set(label, rows);
    if (label !== OTHER_ROUTE) this.#routes.set(route, rows);
    return rows;
  }

  #addSeries(route: RouteRows, key: number, method: string): number {
    const status = key % STATUSES;
    const isFolded = this.#series >= MAX_SERIES && !(route.label === OTHER_ROUTE && key < STATUSES);
    if (isFolded) return this.#find(OTHER_ROUTE, OTHER_METHOD, status);
    this.#series += 1;
    const row = this.#table.addRow({
      kind: 'ended',
      route: route.label,
      method: METHODS.has(method) ? method : OTHER_METHOD,
      status,
    });
    route.rows.set(key, row);
    return row;
  }
}
