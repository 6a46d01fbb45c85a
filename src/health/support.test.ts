// Time that stands still, for the tests of this folder. Named like a test so that it is not published.
import type { Clock } from './clock.ts';

export class FakeClock implements Clock {
  nowMs = 0;
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  wallMs(): number {
    return this.nowMs;
  }

  steadyMs(): number {
    return this.nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Goes on to a time, calling back on the way; after each, promises have their turn. */
  async to(nowMs: number): Promise<void> {
    for (;;) {
      await settled();
      const [next] = [...this.#timers].toSorted((a, b) => a.atMs - b.atMs);
      if (next === undefined || next.atMs > nowMs) break;
      this.#timers.delete(next);
      // A test may have set the time on: then timers are late.
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.callback();
    }
    this.nowMs = nowMs;
    await settled();
  }
}

/** After everything that promises have to do now. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
