import type { WatchdogReport } from '../../../worker/index.ts';
import type { Log } from '../../log.ts';
import type { Patient } from './patient.ts';

interface Debugged {
  /** When the debugger last held it. */
  readonly heldAtMs: number;
}

/**
 * Workers that a debugger holds, at a breakpoint for example. What they show then, and the requests that have waited meanwhile, says nothing about
 * their health.
 */
export class DebuggedWorkers<Worker extends Patient> {
  readonly #log: Log;
  readonly #held = new Map<Worker, Debugged>();
  readonly #logged = new WeakSet<Worker>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** @returns Whether a debugger holds the worker, or some of its requests were there when one did. */
  isHeld(worker: Worker): boolean {
    return this.#held.has(worker);
  }

  reported(worker: Worker, report: WatchdogReport, nowMs: number): void {
    if (report.debugger) {
      this.#held.set(worker, { heldAtMs: nowMs });
      this.#tell(worker);
      return;
    }
    const held = this.#held.get(worker);
    // The oldest request came after the debugger let it go on.
    if (held !== undefined && report.oldestWaitingMs < nowMs - held.heldAtMs) this.#held.delete(worker);
  }

  gone(worker: Worker): void {
    this.#held.delete(worker);
  }

  #tell(worker: Worker): void {
    if (this.#logged.has(worker)) return;
    this.#logged.add(worker);
    const { id, slot, pid } = worker;
    this.#log.warn(
      { worker: id, slot, workerPid: pid },
      `a debugger holds worker ${id}: it serves nothing meanwhile, and is not replaced for that`,
    );
  }
}
