import type { WorkerProcess } from './worker-process.ts';

/** Hands the user's IPC messages between the workers and the process that started this one, if that opened a channel. */
export class ParentRelay {
  readonly #workers: ReadonlySet<WorkerProcess>;

  constructor(workers: ReadonlySet<WorkerProcess>) {
    this.#workers = workers;
  }

  start(): void {
    if (process.connected) process.on('message', this.#toWorkers).on('disconnect', this.#disconnected);
  }

  /** Lets the process end, which a listener on the channel would not. */
  stop(): void {
    process.off('message', this.#toWorkers).off('disconnect', this.#disconnected);
  }

  join(worker: WorkerProcess): void {
    worker.on('userMessage', (message, handle) => {
      if (!process.connected) return;
      try {
        // The channel to our parent may take less than the one to a worker does: a BigInt, for example.
        process.send?.(message, handle as never, undefined, () => {});
      } catch (error) {
        worker.emit('misunderstood', error);
      }
    });
    worker.on('message', ({ kind }) => {
      if (kind === 'user-disconnected' && process.connected) process.disconnect?.();
    });
  }

  readonly #toWorkers = (message: unknown, handle: unknown): void => {
    for (const worker of this.#workers) worker.tellUser(message, handle);
  };

  readonly #disconnected = (): void => {
    for (const worker of this.#workers) worker.tell({ kind: 'parent-disconnected' });
  };
}
