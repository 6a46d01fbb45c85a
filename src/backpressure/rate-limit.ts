import { performance } from 'node:perf_hooks';
import { type Declaration, object, type OptionsOf, resolve, type Rule } from '../core/options.ts';
import { integer } from '../core/rules.ts';
import { callSafely } from './user-code.ts';

/** Options of a rate limit, with every default filled in. */
export interface ResolvedRateLimitOptions {
  /** Bytes a second of all channels that share it. */
  readonly bytesPerSecond: number;
  /** Maximum number of bytes at once, after a pause. Default a tenth of `bytesPerSecond`, at least 1 KiB. */
  readonly burstBytes: number;
}

/** Options of a rate limit. Only `undefined` means default. */
export type RateLimitOptions = OptionsOf<ResolvedRateLimitOptions, 'bytesPerSecond'>;

/** A channel whose next slice waits for the rate limit. */
export interface RateTaker {
  flush(): void;
}

const MIN_BURST_BYTES = 1024;

const RATE_LIMIT: Declaration<ResolvedRateLimitOptions> = Object.freeze({
  bytesPerSecond: { rule: integer(1) },
  burstBytes: {
    rule: integer(1),
    byDefault: ({ bytesPerSecond }: ResolvedRateLimitOptions) =>
      Math.max(MIN_BURST_BYTES, Math.floor(bytesPerSecond / 10)),
  },
});

const rateLimit: Rule<RateLimitOptions, ResolvedRateLimitOptions> = object(RATE_LIMIT);

/**
 * Bytes a second that one channel, or several together, may hand to their sockets: a token bucket. A slice may overdraw it; the next one
 * waits until that is made up for. Channels that wait are served in order, a slice each.
 */
export class RateLimit {
  readonly #bytesPerSecond: number;
  readonly #burstBytes: number;
  readonly #now: () => number;
  readonly #waiting = new Set<RateTaker>();
  /** The one of those that waited which may have a slice now. */
  #served: RateTaker | undefined;
  /** Negative while it is overdrawn. */
  #tokens: number;
  #filledMs: number;
  #timer: NodeJS.Timeout | undefined;

  /** @param now Milliseconds from any origin. */
  constructor({ bytesPerSecond, burstBytes }: ResolvedRateLimitOptions, now: () => number) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#burstBytes = burstBytes;
    this.#now = now;
    this.#tokens = this.#burstBytes;
    this.#filledMs = now();
  }

  /** @internal How much the next slice may have; 0 when the channel has to `wait()`. */
  sliceBytes(taker: RateTaker): number {
    this.#fill();
    if (this.#tokens <= 0) return 0;
    return this.#waiting.size === 0 || taker === this.#served ? this.#burstBytes : 0;
  }

  /** @internal */
  spend(bytes: number): void {
    this.#tokens -= bytes;
    this.#served = undefined;
  }

  /** @internal Flushes it once when it is the channel's turn. */
  wait(taker: RateTaker): void {
    this.#waiting.add(taker);
    this.#schedule();
  }

  /** @internal The channel has nothing to send any more. */
  leave(taker: RateTaker): void {
    this.#waiting.delete(taker);
    if (this.#waiting.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #fill(): void {
    const nowMs = this.#now();
    const more = ((nowMs - this.#filledMs) / 1000) * this.#bytesPerSecond;
    this.#filledMs = nowMs;
    this.#tokens = Math.min(this.#burstBytes, this.#tokens + more);
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#waiting.size === 0) return;
    const missingBytes = Math.max(0, -this.#tokens);
    const waitMs = Math.floor((missingBytes / this.#bytesPerSecond) * 1000) + 1;
    this.#timer = setTimeout(this.#serve, waitMs);
  }

  readonly #serve = (): void => {
    this.#timer = undefined;
    this.#fill();
    for (const taker of this.#waiting) {
      if (this.#tokens <= 0) break;
      this.#waiting.delete(taker);
      this.#served = taker;
      // It waits again behind the others if it has more.
      callSafely(() => taker.flush());
    }
    this.#served = undefined;
    this.#schedule();
  };
}

/**
 * Creates a limit of bytes a second for one or more channels.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` for a bad option.
 * @example
 * ```ts
 * import { createChannel, createRateLimit } from 'respite/backpressure';
 *
 * const rateLimit = createRateLimit({ bytesPerSecond: 1_000_000 }); // for all downloads together
 * const channel = createChannel(response, { rateLimit });
 * ```
 */
export function createRateLimit(options: RateLimitOptions): RateLimit {
  return new RateLimit(resolveRateLimitOptions(options), () => performance.now());
}

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveRateLimitOptions(options: RateLimitOptions): ResolvedRateLimitOptions {
  return resolve(rateLimit, options, ['rateLimit']);
}
