// Looks after workers whose watchdog could not be started, or has died.
import {
  findSilentWorker,
  type Finding,
  type ResolvedDetectOptions,
  SilentWorker,
} from '../../detect/detectors/index.ts';
import { isStopped, readMainThread, readRunQueueWaitMs } from '../../detect/probes/index.ts';

interface Heard {
  readonly id: number;
  readonly pid: number;
  readonly sample: unknown;
  readonly report: unknown;
}

/** Without a watchdog nothing shows whether a debugger holds a worker, so all that can be debugged are spared. */
const CAN_BE_DEBUGGED = [...process.execArgv, process.env['NODE_OPTIONS'] ?? '', ...process.argv].some(
  (argument) => argument.includes('--inspect'),
);

export class Silence<Worker extends Heard> {
  readonly #blockedLoop: ResolvedDetectOptions['blockedLoop'];
  readonly #intervalMs: number;
  readonly #workers = new WeakMap<Worker, SilentWorker>();

  /** @param intervalMs How often {@link look} is called for each worker. */
  constructor({ blockedLoop }: ResolvedDetectOptions, intervalMs: number) {
    this.#blockedLoop = blockedLoop;
    this.#intervalMs = intervalMs;
  }

  /** @returns What is wrong; undefined when it was heard. */
  async look(worker: Worker): Promise<Finding | undefined> {
    if (this.#blockedLoop === false) return undefined;
    const { id, pid, sample, report } = worker;
    const nowMs = performance.now();
    const silent = this.#workers.get(worker) ?? new SilentWorker(nowMs, this.#intervalMs);
    this.#workers.set(worker, silent);
    const isHeld = CAN_BE_DEBUGGED || isStopped(pid);
    const reading = { sample, report, isHeld, runQueueWaitMs: readRunQueueWaitMs(pid) };
    const finding = findSilentWorker(id, silent.look(nowMs, reading), this.#blockedLoop);
    if (finding === undefined) return undefined;
    const place = await readMainThread(pid);
    return place === undefined
      ? finding
      : { ...finding, facts: [...finding.facts, `its main thread is ${place}`] };
  }
}
