import type { ToWorker } from '../../../worker/index.ts';

interface Inspected {
  readonly id: number;
  readonly identity: number;
  tell(message: ToWorker): void;
}

/**
 * The workers of an identity have one port for debuggers. It is the newest worker's: the old one gives it up when its replacement starts, and
 * gets it back if that one ends first.
 */
export class InspectorPorts {
  readonly #workers = new Set<Inspected>();

  join(worker: Inspected): void {
    for (const other of this.#like(worker)) other.tell({ kind: 'inspector', isYours: false });
    this.#workers.add(worker);
  }

  leave(worker: Inspected): void {
    const wasNewest = this.#like(worker).every(({ id }) => id <= worker.id);
    this.#workers.delete(worker);
    if (!wasNewest) return;
    const newest = this.#like(worker).toSorted((a, b) => b.id - a.id)[0];
    newest?.tell({ kind: 'inspector', isYours: true });
  }

  #like({ identity }: Inspected): readonly Inspected[] {
    return [...this.#workers].filter((worker) => worker.identity === identity);
  }
}
