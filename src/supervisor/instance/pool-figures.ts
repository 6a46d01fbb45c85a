import type { Slot } from '../workers/slot/slot.ts';
import type { IndicatorReport } from '../../core/health-link.ts';
import { MAX_ROUTES, OTHER_ROUTE } from '../../core/route-labels.ts';
import { Totals } from '../workers/counters/totals.ts';
import type { WaitingRoute } from '../../worker/index.ts';
import type { Log } from '../log.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';
import type { SupervisorStatus } from './status.ts';
import { NO_RESTARTS_YET, type RestartCause, type WorkerStatus } from '../workers/status.ts';

/** What can be seen of the workers, those that run and those that ran. */
export class PoolFigures {
  readonly #live: ReadonlySet<WorkerProcess>;
  readonly #totals: Totals;
  /** Workers replaced since the start, by cause. */
  readonly restarts: Record<RestartCause, number> = { ...NO_RESTARTS_YET };
  #cut = 0;
  /** How many have been in each slot, and how many before each worker. */
  readonly #bySlot = new Map<number, number>();
  readonly #before = new WeakMap<WorkerProcess, number>();

  /** @param live Those that run now. */
  constructor(live: ReadonlySet<WorkerProcess>, log: Log) {
    this.#live = live;
    this.#totals = new Totals(() => {
      log.warn(
        { routes: MAX_ROUTES },
        `there are more than ${MAX_ROUTES} routes: in metrics those that came later share the label ${OTHER_ROUTE}`,
      );
    });
  }

  join(worker: WorkerProcess): void {
    this.fills(worker);
    this.#totals.join(worker.id, worker.counters);
  }

  /** It is in a slot: a new one, or a standby that has left its own. */
  fills(worker: WorkerProcess): void {
    const before = this.#bySlot.get(worker.slot) ?? 0;
    this.#bySlot.set(worker.slot, before + 1);
    this.#before.set(worker, before);
  }

  /** All that run. */
  get all(): ReadonlySet<WorkerProcess> {
    return this.#live;
  }

  /** Requests that were cut since a drain had no more time. */
  get cutRequests(): number {
    return this.#cut;
  }

  cut(routes: readonly WaitingRoute[]): void {
    for (const { count } of routes) this.#cut += count;
  }

  /** It has ended; what it has counted stays. */
  leave({ id, sample }: WorkerProcess): void {
    if (sample !== undefined) this.#totals.report(id, sample.instruments);
    this.#totals.leave(id);
  }

  /** Counters of all workers, also of those that have ended. */
  get totals(): SupervisorStatus['totals'] {
    for (const { id, sample } of this.#live) {
      if (sample !== undefined) this.#totals.report(id, sample.instruments);
    }
    return this.#totals.read();
  }

  /** Those that run, in the order of their slots. */
  get statuses(): readonly WorkerStatus[] {
    return [...this.#live]
      .map((worker) => statusOf(worker, this.#before.get(worker) ?? 0))
      .toSorted((a, b) => a.slot - b.slot || a.id - b.id);
  }

  /** What their health indicators have found. */
  get health(): readonly IndicatorReport[] {
    return [...this.#live].flatMap(({ health }) => health);
  }

  /** Those that serve, and are to go on. */
  get serving(): readonly WorkerProcess[] {
    return [...this.#live].filter(
      ({ readySinceMs, state }) => readySinceMs !== undefined && state !== 'draining',
    );
  }

  find(workerId: number): WorkerProcess | undefined {
    return [...this.#live].find(({ id }) => id === workerId);
  }
}

/** When the next workers are started, by the pool's clock; nothing of a slot without a worker on which nobody waits. */
export function nextStartsMs(slots: readonly Slot<WorkerProcess>[]): readonly number[] {
  const empty = slots.filter(({ serving }) => serving === undefined);
  return empty.map(({ nextStartAtMs }) => nextStartAtMs).filter((atMs) => atMs !== undefined);
}

/** @param restarts How many workers have filled its slot before. */
function statusOf(worker: WorkerProcess, restarts: number): WorkerStatus {
  const { id, slot, pid, state, startedAtMs, readySinceMs, sample, sampleAgeMs, report, health } = worker;
  const readyAtMs = readySinceMs;
  return { id, slot, pid, restarts, state, startedAtMs, readyAtMs, sample, sampleAgeMs, report, health };
}
