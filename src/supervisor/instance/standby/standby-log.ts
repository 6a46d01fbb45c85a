// What the log says of standbys.
import type { Log } from '../../log.ts';
import { describeExit } from '../../workers/process/describe-exit.ts';
import type { Exit } from '../../workers/process/worker-end.ts';
import type { Aftermath } from '../../workers/slot/state.ts';

/** What is said of a worker. */
export interface SeenWorker {
  readonly id: number;
  readonly slot: number;
  readonly pid: number;
  /** Why we have killed it; undefined when we have not. */
  readonly killedBecause: string | undefined;
}

interface LogConfig<Worker> {
  readonly log: Log;
  /** How a worker has ended. */
  readonly exitOf: (worker: Worker) => Exit | undefined;
  /** Why no process could be started. */
  readonly problemOf: (slot: number) => string;
}

export class StandbyLog<Worker extends SeenWorker> {
  readonly #config: LogConfig<Worker>;

  constructor(config: LogConfig<Worker>) {
    this.#config = config;
  }

  warm(worker: Worker): void {
    this.#config.log.info(
      fieldsOf(worker),
      `worker ${worker.id} stands by: it has loaded the application, and takes the place of a worker that fails`,
    );
  }

  served(worker: Worker, tookMs: number): void {
    this.#config.log.info(
      { ...fieldsOf(worker), tookMs },
      `worker ${worker.id}, the standby, serves in slot ${worker.slot}: ${tookMs} ms after it was needed`,
    );
  }

  /** None is started now. */
  lacks(reason: string): void {
    this.#config.log.warn({ reason }, `no standby is started (supervisor.standby): ${reason}`);
  }

  givenUp(reason: string): void {
    this.#config.log.warn({ reason }, `the standby is given up (supervisor.standby): ${reason}`);
  }

  /** One that stood by, or was about to. @returns The same for `/status`. */
  died(slot: number, worker: Worker | undefined, after: Aftermath): string {
    const { log, exitOf, problemOf } = this.#config;
    const exit = worker && exitOf(worker);
    const what =
      worker === undefined || exit === undefined
        ? `no standby could be started: ${problemOf(slot)}`
        : `worker ${worker.id}, a standby, ${worker.killedBecause ?? `ended with ${describeExit(exit)}`}`;
    const { delayMs, times } = after.kind === 'restart' ? nextTry(after) : { delayMs: 0, times: '' };
    const next = `another one is started ${delayMs === 0 ? 'at once' : `in ${(delayMs / 1000).toFixed(1)} s`}`;
    log.warn(
      { ...(worker && fieldsOf(worker)), ...exit, delayMs },
      `${what}${times}; no request was lost, and ${next}`,
    );
    return `${what}${times}; ${next}`;
  }
}

function nextTry({ delayMs, isLoop, recentDeaths }: Extract<Aftermath, { readonly kind: 'restart' }>): {
  readonly delayMs: number;
  readonly times: string;
} {
  return { delayMs, times: isLoop ? `, the ${recentDeaths}th time within 60 s` : '' };
}

function fieldsOf({ id, slot, pid }: SeenWorker): object {
  return { worker: id, slot, workerPid: pid };
}
