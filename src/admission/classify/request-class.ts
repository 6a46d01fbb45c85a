// Request classes: the requests of one route that are treated alike and counted together.
import { type CounterTable, ROW_CELLS } from '../../core/counter-table.ts';
import { ADMITTED, countsIn, SHED, WOULD_SHED } from '../counts.ts';
import type { ResolvedAdmissionOptions, ShedStatus } from '../options.ts';
import { CRITICALITIES, type Criticality, type ResolvedRoutePolicy } from '../policy.ts';
import { type AdmissionCount, SHED_REASONS, type ShedReason } from '../stats.ts';

/** The requests of one route that are treated alike. */
export interface RequestClass {
  readonly policy: ResolvedRoutePolicy;
  /** The pattern of the route; empty for requests that no pattern names. */
  readonly route: string;
  readonly criticality: Criticality | 'exempt';
  /** Index of the criticality in `CRITICALITIES`; -1 for exempt requests. */
  readonly rank: number;
  /** Utilization, of units and of bytes, from which its requests are shed. */
  readonly threshold: number;
  readonly status: ShedStatus;
  /** Row of the counter table that counts its decisions; see counts.ts. */
  readonly row: number;
  /** Keys of what its requests cost, by length class; undefined while no request has asked. See cost/keys.ts. */
  costKeys: Int16Array | undefined;
  /** The user's cost function has returned an invalid cost, and a warning was printed. */
  warned: boolean;
}

/** All request classes of one admission, by policy and route label, and the counters of their decisions. */
export class RequestClasses {
  readonly #options: ResolvedAdmissionOptions;
  readonly #table: CounterTable;
  /** Rows by criticality and label: classes that differ only in other parts of their policy share a row. */
  readonly #rows = new Map<string, number>();
  #connections: number | undefined;
  readonly #byPolicy = new Map<ResolvedRoutePolicy, Map<string, RequestClass>>();
  /** Class of the last request: the next request often has the same. */
  #last: RequestClass | undefined;

  constructor(options: ResolvedAdmissionOptions, table: CounterTable) {
    this.#options = options;
    this.#table = table;
  }

  of(policy: ResolvedRoutePolicy, route: string): RequestClass {
    if (this.#last?.policy !== policy || this.#last.route !== route) this.#last = this.#find(policy, route);
    return this.#last;
  }

  countAdmitted({ row }: RequestClass): void {
    this.#table.add(row, ADMITTED, 1);
  }

  countShed({ row }: RequestClass, reason: ShedReason, isDryRun: boolean): void {
    this.#table.add(row, (isDryRun ? WOULD_SHED : SHED) + SHED_REASONS.indexOf(reason), 1);
  }

  countClosedConnection(): void {
    this.#connections ??= this.#table.addRow({ kind: 'connections' });
    this.#table.add(this.#connections, 0, 1);
  }

  get closedConnections(): number {
    return this.#connections === undefined ? 0 : this.#table.get(this.#connections, 0);
  }

  *counts(): Generator<AdmissionCount> {
    for (const row of this.#rows.values()) {
      const labels = this.#table.labels[row];
      if (labels?.kind === 'decided') {
        yield* countsIn(labels, this.#table.cells.subarray(row * ROW_CELLS, (row + 1) * ROW_CELLS));
      }
    }
  }

  #find(policy: ResolvedRoutePolicy, route: string): RequestClass {
    let routes = this.#byPolicy.get(policy);
    if (routes === undefined) {
      routes = new Map();
      this.#byPolicy.set(policy, routes);
    }
    let found = routes.get(route);
    if (found === undefined) {
      found = this.#create(policy, route);
      routes.set(route, found);
    }
    return found;
  }

  #create(policy: ResolvedRoutePolicy, route: string): RequestClass {
    const { thresholds, statuses, defaultCriticality } = this.#options;
    const criticality = policy.criticality ?? defaultCriticality;
    const isExempt = criticality === 'exempt';
    return {
      policy,
      route,
      criticality,
      rank: isExempt ? -1 : CRITICALITIES.indexOf(criticality),
      threshold: isExempt ? Infinity : thresholds[criticality],
      status: isExempt ? 503 : statuses[criticality],
      row: this.#rowOf(criticality, route),
      costKeys: undefined,
      warned: false,
    };
  }

  #rowOf(criticality: Criticality | 'exempt', route: string): number {
    const labels = { kind: 'decided', criticality, route: this.#table.routes.of(route) } as const;
    const key = `${criticality} ${labels.route}`;
    let row = this.#rows.get(key);
    if (row === undefined) {
      row = this.#table.addRow(labels);
      this.#rows.set(key, row);
    }
    return row;
  }
}
