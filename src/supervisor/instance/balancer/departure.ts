import type { Log } from '../../log.ts';

interface DepartureConfig {
  readonly waitMs: number;
  readonly log: Log;
  readonly nowMs: () => number;
}

/**
 * This instance leaves the load balancer: readiness is down from the beginning on, and `waitMs` later nobody sends anything
 * here. Only then may it stop accepting.
 */
export class Departure {
  readonly #config: DepartureConfig;
  #sinceMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(config: DepartureConfig) {
    this.#config = config;
  }

  /** True while `finish` waits. */
  get isWaiting(): boolean {
    return this.#timer !== undefined;
  }

  /** Readiness is down from now on. Does nothing the second time. */
  begin(): void {
    this.#sinceMs ??= this.#config.nowMs();
  }

  /** Calls `stop` when nobody sends anything here; at once if readiness has been down for that time already. */
  finish(stop: () => void): void {
    this.begin();
    const { waitMs, log, nowMs } = this.#config;
    const leftMs = Math.ceil((this.#sinceMs ?? 0) + waitMs - nowMs());
    if (leftMs <= 0) {
      stop();
      return;
    }
    log.info(
      { waitMs: leftMs },
      `leaving the load balancer: readiness is down, requests are served for another ${(leftMs / 1000).toFixed(1)} s, then it stops; once more to stop at once`,
    );
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      stop();
    }, leftMs);
  }

  /** Waits no longer, and stops nothing. */
  cancel(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
