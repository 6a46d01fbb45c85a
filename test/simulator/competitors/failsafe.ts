// failsafe-go's adaptive limiter (MIT), with its defaults and without its queue, written anew from what it does:
// https://github.com/failsafe-go/failsafe-go/tree/master/adaptivelimiter
import type { LimitController } from '../controller.ts';

const MIN_WINDOW_MS = 1000;
const MAX_WINDOW_MS = 30_000;
const MIN_SAMPLES = 50;
const CORRELATION_WINDOWS = 50;
const WARM_UP = 10;

class Smoothed {
  readonly #factor: number;
  #count = 0;
  #mean = 0;

  constructor(age: number) {
    this.#factor = 2 / (age + 1);
  }

  add(value: number): number {
    this.#count += 1;
    const factor = this.#count <= WARM_UP ? 1 / this.#count : this.#factor;
    this.#mean += (value - this.#mean) * factor;
    return this.#mean;
  }
}

class Correlation {
  readonly #points: (readonly [number, number])[] = [];

  /** The correlation, and the coefficient of variation of the second; zeros while there is too little. */
  add(x: number, y: number): readonly [correlation: number, variation: number] {
    this.#points.push([x, y]);
    if (this.#points.length > CORRELATION_WINDOWS) this.#points.shift();
    const n = this.#points.length;
    const [meanX, meanY] = [0, 1].map((i) => this.#points.reduce((sum, p) => sum + (p[i] ?? 0), 0) / n) as [
      number,
      number,
    ];
    let xx = 0;
    let yy = 0;
    let xy = 0;
    for (const [px, py] of this.#points) {
      xx += (px - meanX) ** 2 / n;
      yy += (py - meanY) ** 2 / n;
      xy += ((px - meanX) * (py - meanY)) / n;
    }
    const variation = Math.sqrt(yy) / meanY;
    if (n < WARM_UP || Math.sqrt(xx) / meanX < 0.01 || variation < 0.01) return [0, 0];
    return [xy / Math.sqrt(xx * yy), variation];
  }
}

export class FailsafeLimit implements LimitController {
  limit = 20;
  #inFlight = 0;
  #nextMs = 0;
  #latencies: number[] = [];
  #peak = 0;
  readonly #recent: number[] = [];
  readonly #smoothed = new Smoothed(5);
  readonly #baseline = new Smoothed(10);
  readonly #throughput = new Correlation();
  readonly #latency = new Correlation();

  admitted(inFlight: number): void {
    this.#inFlight = inFlight;
  }

  completed(latencyMs: number, inFlight: number, nowMs: number): void {
    this.#latencies.push(latencyMs);
    this.#peak = Math.max(this.#peak, inFlight);
    if (nowMs > this.#nextMs && this.#latencies.length >= MIN_SAMPLES) this.#update(nowMs);
    this.#inFlight -= 1;
  }

  failed(): void {
    this.#inFlight -= 1;
  }

  cancelled(): void {
    this.#inFlight -= 1;
  }

  shed(): void {}

  #update(nowMs: number): void {
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    this.#recent.push(sorted[Math.floor(sorted.length * 0.9)] ?? 0);
    if (this.#recent.length > 5) this.#recent.shift();
    const medians = this.#recent.toSorted((a, b) => a - b);
    const latencyMs = this.#smoothed.add(medians[Math.floor(medians.length / 2)] ?? 0);
    this.limit = this.#next(latencyMs, this.#peak);
    this.#nextMs = nowMs + Math.min(MAX_WINDOW_MS, Math.max(MIN_WINDOW_MS, 2 * (sorted[0] ?? 0)));
    this.#latencies = [];
    this.#peak = 0;
  }

  #next(latencyMs: number, inFlight: number): number {
    const log = Math.max(1, Math.floor(Math.log10(this.limit)));
    const queue = Math.ceil(this.limit * (1 - this.#baseline.add(latencyMs) / latencyMs));
    const [throughputFollows, variation] = this.#throughput.add(inFlight, inFlight / latencyMs);
    const [latencyFollows] = this.#latency.add(inFlight, latencyMs);
    const full = this.#inFlight >= this.limit;
    const futile =
      throughputFollows < 0 ||
      (throughputFollows < 0.3 && latencyFollows > 0.5) ||
      (variation < 0.2 && latencyFollows > 0.5);
    let next = this.limit;
    if (queue > 6 * log || (full && futile)) next -= log;
    else if (queue < 3 * log) next += log;
    if (next > inFlight * 5) next = this.limit - log;
    return Math.min(200, Math.max(1, next));
  }
}
