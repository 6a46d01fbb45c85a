// Netflix's concurrency-limits (Apache-2.0), its three limits with their defaults, written anew from what they do:
// https://github.com/Netflix/concurrency-limits/tree/main/concurrency-limits-core
import type { LimitController } from '../controller.ts';

/** A limit that is told of one latency after the other. */
interface LatencyLimit {
  readonly limit: number;
  update(latencyMs: number, inFlight: number): void;
}

/** The long-term mean follows at 2 / (600 + 1), and is a plain mean for the first ten. */
const LONG_WINDOW = 600;
const LONG_WARM_UP = 10;

class Gradient2 implements LatencyLimit {
  limit = 20;
  #estimate = 20;
  #longMs = 0;
  #count = 0;

  update(latencyMs: number, inFlight: number): void {
    this.#count += 1;
    const factor = this.#count <= LONG_WARM_UP ? 1 / this.#count : 2 / (LONG_WINDOW + 1);
    this.#longMs += (latencyMs - this.#longMs) * factor;
    const longMs = this.#longMs;
    if (longMs / latencyMs > 2) this.#longMs *= 0.9;
    if (inFlight < this.#estimate / 2) return;
    // The tolerance of 1.5 is in the released versions.
    const gradient = Math.max(0.5, Math.min(1, (1.5 * longMs) / latencyMs));
    const next = this.#estimate * 0.8 + (this.#estimate * gradient + 4) * 0.2;
    this.#estimate = Math.max(20, Math.min(200, next));
    this.limit = Math.floor(this.#estimate);
  }
}

class Vegas implements LatencyLimit {
  limit = 20;
  #lowestMs = 0;
  #probes = 0;
  #jitter = 0.75;

  update(latencyMs: number, inFlight: number): void {
    this.#probes += 1;
    if (this.#jitter * 30 * this.limit <= this.#probes) {
      // Theirs is random from 0.5 to 1; what matters is that it varies.
      this.#jitter = 0.5 + ((this.#jitter * 7) % 0.5);
      this.#probes = 0;
      this.#lowestMs = latencyMs;
      return;
    }
    if (this.#lowestMs === 0 || latencyMs < this.#lowestMs) {
      this.#lowestMs = latencyMs;
      return;
    }
    if (inFlight * 2 < this.limit) return;
    const log = Math.max(1, Math.floor(Math.log10(this.limit)));
    const queue = Math.ceil(this.limit * (1 - this.#lowestMs / latencyMs));
    if (queue <= log) this.limit += 6 * log;
    else if (queue < 3 * log) this.limit += log;
    else if (queue > 6 * log) this.limit -= log;
    this.limit = Math.max(1, Math.min(1000, this.limit));
  }
}

class Aimd implements LatencyLimit {
  limit = 20;
  readonly #timeoutMs: number;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  update(latencyMs: number, inFlight: number): void {
    if (latencyMs > this.#timeoutMs) {
      this.limit = Math.max(1, Math.min(this.limit - 1, Math.floor(this.limit * 0.9)));
    } else if (inFlight * 2 >= this.limit) {
      this.limit += 1;
    }
  }
}

/** Tells the limit of each request, or once a second of their mean, as their WindowedLimit does. */
class Told implements LimitController {
  readonly #inner: LatencyLimit;
  readonly #windowMs: number;
  #nextMs = 0;
  #count = 0;
  #sumMs = 0;
  #peak = 0;

  constructor(inner: LatencyLimit, windowMs: number) {
    this.#inner = inner;
    this.#windowMs = windowMs;
  }

  get limit(): number {
    return this.#inner.limit;
  }

  completed(latencyMs: number, inFlight: number, nowMs: number): void {
    if (this.#windowMs === 0) {
      this.#inner.update(latencyMs, inFlight);
      return;
    }
    this.#count += 1;
    this.#sumMs += latencyMs;
    this.#peak = Math.max(this.#peak, inFlight);
    if (nowMs <= this.#nextMs) return;
    this.#nextMs = nowMs + this.#windowMs;
    if (this.#count >= 10) this.#inner.update(this.#sumMs / this.#count, this.#peak);
    this.#count = 0;
    this.#sumMs = 0;
    this.#peak = 0;
  }

  /** All others are what their callers are told to ignore. */
  admitted(): void {}
  failed(): void {}
  cancelled(): void {}
  shed(): void {}
}

export const gradient2 = (windowMs: number): LimitController => new Told(new Gradient2(), windowMs);
export const vegas = (windowMs: number): LimitController => new Told(new Vegas(), windowMs);
export const aimd = (timeoutMs: number): LimitController => new Told(new Aimd(timeoutMs), 0);
