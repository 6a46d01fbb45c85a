// How late this machine runs timers, measured in a thread of its own: code under test that blocks the main thread does not
// show in it, so a bound that allows for it does not grow with a fault of that code.
import { Worker } from 'node:worker_threads';
import type { Cleanup } from './services/service.ts';

const EVERY_MS = 10;

const THREAD = `
  const { workerData } = require('node:worker_threads');
  const latest = new Float64Array(workerData);
  let due = performance.now() + ${EVERY_MS};
  setInterval(() => {
    const now = performance.now();
    latest[0] = Math.max(latest[0], now - due);
    due = now + ${EVERY_MS};
  }, ${EVERY_MS});
`;

export class Lateness {
  readonly #latest = new Float64Array(new SharedArrayBuffer(8));

  constructor(t: Cleanup) {
    const thread = new Worker(THREAD, { eval: true, workerData: this.#latest.buffer });
    t.after(async () => {
      await thread.terminate();
    });
  }

  /** Maximum so far, in ms. */
  get maxMs(): number {
    return this.#latest[0] ?? 0;
  }
}
