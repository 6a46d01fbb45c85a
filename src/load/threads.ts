// The threads of the generator, from the side of the thread that started them.
import { Worker } from 'node:worker_threads';
import { RespiteError } from '../core/errors.ts';
import { ownModule } from '../core/own-files.ts';
import { sharedNow } from './generator/clock.ts';
import type { Command, Report, ThreadSetup } from './generator/messages.ts';
import type { Plan } from './generator/plan.ts';
import { threadEnvironment } from './thread-environment.ts';

/** Time from the command to start to the start, in milliseconds: every thread has to have received it. */
const LEAD_MS = 30;

/** A thread of its own for each part of the schedule. */
export class Threads {
  readonly #workers: readonly Worker[];
  readonly #exits: readonly Promise<void>[];

  /** @param onReport Called with each report and the thread's number. */
  constructor(plan: Plan, count: number, onReport: (part: number, report: Report) => void) {
    this.#workers = Array.from({ length: count }, (_, part) => {
      const setup: ThreadSetup = { plan: divided(plan, count), part, parts: count };
      // What the process preloads by --import is not meant for this thread.
      const options = { execArgv: [], env: threadEnvironment(), name: 'respite load', workerData: setup };
      return new Worker(ownModule('load/generator/thread'), options);
    });
    this.#exits = this.#workers.map(async (worker, part) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      worker.on('message', (report: Report) => {
        onReport(part, report);
        // Its last word; whatever else it might still wait for.
        if (report.type === 'done' || report.type === 'unreachable') void worker.terminate();
      });
      worker.once('error', reject);
      worker.once('exit', () => resolve());
      return promise;
    });
  }

  /** Settles when every thread has ended; rejects with the error of one that failed. */
  async ended(): Promise<void> {
    try {
      await Promise.all(this.#exits);
    } catch (error) {
      throw new RespiteError('RESPITE_LOAD_GENERATOR', `the load generator failed: ${String(error)}`, {
        cause: error,
      });
    } finally {
      await this.terminate();
    }
  }

  start(): void {
    this.#send({ type: 'start', startMs: sharedNow() + LEAD_MS });
  }

  stop(): void {
    this.#send({ type: 'stop' });
  }

  async terminate(): Promise<void> {
    await Promise.all(this.#workers.map(async (worker) => worker.terminate()));
  }

  #send(command: Command): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    for (const worker of this.#workers) worker.postMessage(command);
  }
}

/** Each thread has its share of the connections. */
function divided(plan: Plan, count: number): Plan {
  return { ...plan, connections: Math.max(1, Math.ceil(plan.connections / count)) };
}
