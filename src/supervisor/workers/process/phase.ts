import type { AwakeClock } from '../../../core/awake-clock.ts';

/** For people by the clock on the wall, for judgements by one that is never set. */
interface Moment {
  readonly wallMs: number;
  readonly awakeMs: number;
}

/** Where a worker stands between its start and its end, and since when it has been ready. */
export class Phase {
  readonly #clock: AwakeClock;
  #name: 'starting' | 'ready' | 'draining' = 'starting';
  #ready: Moment | undefined;

  constructor(clock: AwakeClock) {
    this.#clock = clock;
  }

  get name(): 'starting' | 'ready' | 'draining' {
    return this.#name;
  }

  /** When it became ready; undefined if it never was. */
  get readySince(): Moment | undefined {
    return this.#ready;
  }

  /** How long ago that was, in ms, by a clock that is never set. */
  get readyForMs(): number | undefined {
    return this.#ready === undefined ? undefined : this.#clock.nowMs() - this.#ready.awakeMs;
  }

  /** @returns False if it was not starting any more. */
  becomesReady(): boolean {
    if (this.#name !== 'starting') return false;
    this.#name = 'ready';
    this.#ready = { wallMs: Date.now(), awakeMs: this.#clock.nowMs() };
    return true;
  }

  /** @returns False if it was draining already. */
  drains(): boolean {
    if (this.#name === 'draining') return false;
    this.#name = 'draining';
    return true;
  }
}
