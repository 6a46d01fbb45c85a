import type { ToSupervisor } from '../../../worker/index.ts';
import type { Log } from '../../log.ts';
import type { WorkerProcess } from '../process/worker-process.ts';

type PassedThrough = Extract<ToSupervisor, { readonly kind: 'passed-through' }>;
type Clustered = Extract<ToSupervisor, { readonly kind: 'clustered' }>;

/** Servers whose sockets are not held here, and end with their workers: nothing more is known of them. */
export class OwnServers {
  readonly #log: Log;
  readonly #workers = new WeakSet<WorkerProcess>();
  #warnedOfCluster = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Whether a worker has any. */
  has(worker: WorkerProcess): boolean {
    return this.#workers.has(worker);
  }

  passedThrough(worker: WorkerProcess, { reason, where }: PassedThrough): void {
    this.#workers.add(worker);
    this.#log.warn(
      { worker: worker.id, reason, where },
      `worker ${worker.id} listens by itself (${reason}, ${where}): this socket is not shared and ends with it`,
    );
    worker.listens(undefined);
  }

  /** Logged once, and of all workers alike. */
  clustered(worker: WorkerProcess, { where, isShared }: Clustered): void {
    if (!isShared) {
      this.#workers.add(worker);
      worker.listens(undefined);
    }
    if (this.#warnedOfCluster) return;
    this.#warnedOfCluster = true;
    this.#log.warn(
      { worker: worker.id, where },
      `the script forks processes with node:cluster (${where}). They serve, but Respite does not protect them: no load shedding, no metrics of requests, no detection of faults${
        isShared ? '' : ', and this socket ends with their primary process'
      }. Run what they run without node:cluster, with --workers <n>`,
    );
  }
}
