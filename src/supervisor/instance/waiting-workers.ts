import type { PoolLog } from './pool-log.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';
import type { Slot } from '../workers/slot/slot.ts';

interface WaitingConfig {
  readonly live: ReadonlySet<WorkerProcess>;
  readonly slots: readonly Slot<WorkerProcess>[];
  readonly log: PoolLog;
}

/**
 * Decides about workers that listen and wait for their own health indicators. They wait while others serve; they must not end a
 * service that would have gone on without them.
 */
export class WaitingWorkers {
  readonly #config: WaitingConfig;

  constructor(config: WaitingConfig) {
    this.#config = config;
  }

  /** A worker has begun to wait, or one has ended. While no healthy worker serves, none waits. */
  look(): void {
    const { live, slots } = this.#config;
    if (slots.some(({ serving, service }) => serving !== undefined && service !== 'down')) return;
    for (const worker of live) if (worker.start.waitsForHealth) this.#accept(worker);
  }

  /** A worker is not ready in time. @param isAlone No other worker serves in its slot. */
  late(worker: WorkerProcess, afterMs: number, isAlone: boolean): void {
    if (isAlone && worker.start.waitsForHealth) this.#accept(worker);
    else worker.kill(`${worker.start.lack} within ${afterMs / 1000} s`);
  }

  #accept(worker: WorkerProcess): void {
    this.#config.log.acceptsAnyway(worker);
    worker.tell({ kind: 'accept' });
    worker.start.waits([], []);
  }
}
