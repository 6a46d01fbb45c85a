import type { AwakeClock } from '../../../core/awake-clock.ts';

/** For people by the clock on the wall, for judgements by one that is never set. */
interface Moment {
  readonly wallMs: number;
  readonly awakeMs: number;
}

/** Where a worker stands between its start and its end, in which slot, and since when it has been ready. */
export class Phase {
  readonly #clock: AwakeClock;
  #name: 'starting' | 'ready' | 'draining' = 'starting';
  #slot: number;
  #isStandby: boolean;
  #warm: Moment | undefined;
  #ready: Moment | undefined;

  /** @param isStandby It waits in its slot to be taken by another one. */
  constructor(clock: AwakeClock, slot: number, isStandby: boolean) {
    this.#clock = clock;
    this.#slot = slot;
    this.#isStandby = isStandby;
  }

  get name(): 'starting' | 'standby' | 'ready' | 'draining' {
    return this.#name === 'starting' && this.#isStandby && this.#warm !== undefined ? 'standby' : this.#name;
  }

  get slot(): number {
    return this.#slot;
  }

  get isStandby(): boolean {
    return this.#isStandby;
  }

  /** It has been a standby that could serve at once, and is not ready: it is one, or is taking a place. */
  get isWarm(): boolean {
    return this.#name === 'starting' && this.#warm !== undefined;
  }

  /** Since when it could serve, or did; undefined before. */
  get ableSince(): Moment | undefined {
    return this.#ready ?? this.#warm;
  }

  /** When it became ready; undefined if it never was. */
  get readySince(): Moment | undefined {
    return this.#ready;
  }

  /** How long ago that was, in ms, by a clock that is never set. */
  get readyForMs(): number | undefined {
    return this.#ready === undefined ? undefined : this.#clock.nowMs() - this.#ready.awakeMs;
  }

  becomesWarm(): void {
    this.#warm ??= this.#now();
  }

  /** It is a standby no more. */
  serves(slot: number): void {
    this.#slot = slot;
    this.#isStandby = false;
  }

  /** @returns False if it was not starting any more. */
  becomesReady(): boolean {
    if (this.#name !== 'starting') return false;
    this.#name = 'ready';
    this.#ready = this.#now();
    return true;
  }

  /** @returns False if it was draining already. */
  drains(): boolean {
    if (this.#name === 'draining') return false;
    this.#name = 'draining';
    return true;
  }

  #now(): Moment {
    return { wallMs: Date.now(), awakeMs: this.#clock.nowMs() };
  }
}
