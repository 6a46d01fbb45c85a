import type { ToWorker } from '../../../worker/index.ts';

interface Inspected {
  readonly id: number;
  readonly slot: number;
  tell(message: ToWorker): void;
}

/**
 * The workers of a slot have one port for debuggers. It is the newest worker's: the old one gives it up when its replacement starts, and
 * gets it back if that one ends first.
 */
export class InspectorPorts {
  readonly #workers = new Set<Inspected>();

  join(worker: Inspected): void {
    for (const other of this.#ofSlot(worker.slot)) other.tell({ kind: 'inspector', isYours: false });
    this.#workers.add(worker);
  }

  leave(worker: Inspected): void {
    const wasNewest = this.#ofSlot(worker.slot).every(({ id }) => id <= worker.id);
    this.#workers.delete(worker);
    if (!wasNewest) return;
    const newest = this.#ofSlot(worker.slot).toSorted((a, b) => b.id - a.id)[0];
    newest?.tell({ kind: 'inspector', isYours: true });
  }

  #ofSlot(slot: number): readonly Inspected[] {
    return [...this.#workers].filter((worker) => worker.slot === slot);
  }
}
