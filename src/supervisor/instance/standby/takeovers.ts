import type { SeenWorker, StandbyLog } from './standby-log.ts';

/** How long standbys take to serve in the place of others. */
export class Takeovers<Worker extends SeenWorker> {
  readonly #nowMs: () => number;
  readonly #log: Pick<StandbyLog<Worker>, 'served'>;
  readonly #begun = new WeakMap<Worker, number>();
  /** By slot, of the worker that serves there now. */
  readonly #bySlot = new Map<number, number>();
  #count = 0;
  #lastMs: number | undefined;

  constructor(nowMs: () => number, log: Pick<StandbyLog<Worker>, 'served'>) {
    this.#nowMs = nowMs;
    this.#log = log;
  }

  get count(): number {
    return this.#count;
  }

  /** How long the last one took. */
  get lastMs(): number | undefined {
    return this.#lastMs;
  }

  /** A standby has been told to serve. */
  begins(worker: Worker, slot: number): void {
    this.#begun.set(worker, this.#nowMs());
    this.#bySlot.delete(slot);
  }

  /** A worker serves, which may have been a standby. */
  served(worker: Worker): void {
    const { slot } = worker;
    const begunMs = this.#begun.get(worker);
    this.#bySlot.delete(slot);
    if (begunMs === undefined) return;
    const tookMs = Math.round(this.#nowMs() - begunMs);
    this.#bySlot.set(slot, tookMs);
    this.#count += 1;
    this.#lastMs = tookMs;
    this.#log.served(worker, tookMs);
  }

  /** How the last worker of a slot was replaced, as a step of an incident. */
  stepOf(slot: number): string {
    const tookMs = this.#bySlot.get(slot);
    return tookMs === undefined ? 'replaced' : `replaced by the standby in ${tookMs} ms`;
  }
}
