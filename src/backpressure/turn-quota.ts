import type { Turns } from './turns.ts';

/** When all channels together have handed over this much in a turn, each has one slice more: some 2 ms at the 2 GB/s of loopback. */
const TURN_BYTES_OF_ALL = 4 * 1024 * 1024;

/** What one channel may still hand over in this turn of the event loop. Having to wait for the next is no congestion. */
export class TurnQuota {
  readonly #turns: Turns;
  readonly #bytesATurn: number;
  #turn = -1;
  #spentBytes = 0;

  constructor(turns: Turns, bytesATurn: number) {
    this.#turns = turns;
    this.#bytesATurn = bytesATurn;
  }

  /** Whether there is anything left. A slice may go beyond what there is. */
  get isLeft(): boolean {
    const turns = this.#turns;
    if (this.#turn !== turns.number) {
      this.#turn = turns.number;
      this.#spentBytes = 0;
    }
    const most = turns.bytes < TURN_BYTES_OF_ALL ? this.#bytesATurn : 1;
    return this.#spentBytes < most;
  }

  /** To be called once it is known that something is left. */
  spend(bytes: number): void {
    this.#spentBytes += bytes;
    this.#turns.spent(bytes);
  }
}
