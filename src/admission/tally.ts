// What admission counts, and how it treats those that it counts together.
import { type CounterTable, ROW_CELLS } from '../core/counter-table.ts';
import type { RouteClass } from './classify.ts';
import type { ResolvedAdmissionOptions, ShedStatus } from './options.ts';
import { CRITICALITIES, type Criticality, type ResolvedRoutePolicy } from './policy.ts';
import { ADMITTED, countsIn, SHED, WOULD_SHED } from './counts.ts';
import { type AdmissionCount, SHED_REASONS, type ShedReason } from './stats.ts';

/** The requests of one route that are treated alike. */
export interface Tally extends RouteClass {
  readonly criticality: Criticality | 'exempt';
  /** Index of the class in `CRITICALITIES`; -1 for the exempt. */
  readonly rank: number;
  /** Utilization, of units and of bytes, from which it is shed. */
  readonly threshold: number;
  readonly status: ShedStatus;
  /** Where its requests are counted; see counts.ts. */
  readonly row: number;
  /** The user's cost function has returned something else than a cost, and that was said. */
  warned: boolean;
}

/** All tallies of an admission, by policy and label. */
export class Tallies {
  readonly #options: ResolvedAdmissionOptions;
  #table: CounterTable;
  /** Of the table, by criticality and label: what differs in its policy only is counted together. */
  readonly #rows = new Map<string, number>();
  #connections: number | undefined;
  readonly #byPolicy = new Map<ResolvedRoutePolicy, Map<string, Tally>>();
  /** The tally of the last request: the next one is often its like. */
  #last: Tally | undefined;

  constructor(options: ResolvedAdmissionOptions, table: CounterTable) {
    this.#options = options;
    this.#table = table;
  }

  /** Counts in a table that is shared, from the first request on. */
  moveTo(table: CounterTable): void {
    this.#table = table;
  }

  of(policy: ResolvedRoutePolicy, route: string): Tally {
    if (this.#last?.policy !== policy || this.#last.route !== route) this.#last = this.#find(policy, route);
    return this.#last;
  }

  admitted({ row }: Tally): void {
    this.#table.add(row, ADMITTED, 1);
  }

  shed({ row }: Tally, reason: ShedReason, isDryRun: boolean): void {
    this.#table.add(row, (isDryRun ? WOULD_SHED : SHED) + SHED_REASONS.indexOf(reason), 1);
  }

  connectionRefused(): void {
    this.#connections ??= this.#table.addRow({ kind: 'connections' });
    this.#table.add(this.#connections, 0, 1);
  }

  get connectionsRefused(): number {
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

  #find(policy: ResolvedRoutePolicy, route: string): Tally {
    let routes = this.#byPolicy.get(policy);
    if (routes === undefined) {
      routes = new Map();
      this.#byPolicy.set(policy, routes);
    }
    let tally = routes.get(route);
    if (tally === undefined) {
      tally = this.#create(policy, route);
      routes.set(route, tally);
    }
    return tally;
  }

  #create(policy: ResolvedRoutePolicy, route: string): Tally {
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
