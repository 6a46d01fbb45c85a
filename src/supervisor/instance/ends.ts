import type { Death } from './healing/deaths.ts';
import type { PoolConfig } from './pool-config.ts';
import type { PoolLog } from './pool-log.ts';
import { describeExit, describeFailedStart } from '../workers/process/describe-exit.ts';
import type { Exit } from '../workers/process/worker-end.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';
import type { Slot } from '../workers/slot/slot.ts';
import type { Aftermath } from '../workers/slot/state.ts';

interface EndsConfig extends PoolConfig {
  readonly poolLog: PoolLog;
  readonly slots: readonly Slot<WorkerProcess>[];
  /** Why no process could be started. */
  readonly problemOf: (slot: number) => string;
}

/** How workers have ended, and what is made of it when their slots know what follows. */
export class Ends {
  readonly #config: EndsConfig;
  readonly #deaths = new WeakMap<WorkerProcess, Death>();
  /** The last one of each slot. */
  readonly #bySlot = new Map<number, Death>();

  constructor(config: EndsConfig) {
    this.#config = config;
  }

  /** A worker has ended just now. */
  examine(worker: WorkerProcess, exit: Exit): Death {
    const death = this.#config.deaths.examine(worker, exit);
    this.#deaths.set(worker, death);
    this.#bySlot.set(worker.slot, death);
    return death;
  }

  of(worker: WorkerProcess | undefined): Death | undefined {
    return worker && this.#deaths.get(worker);
  }

  /** A slot is empty for no fault of the program. */
  isFromOutside(slot: number): boolean {
    return (
      this.#config.slots[slot - 1]?.serving === undefined && this.#bySlot.get(slot)?.fromOutside === true
    );
  }

  /** A worker has ended, or could not be started, that was to serve. @param worker Undefined where there is none. */
  died(slot: number, worker: WorkerProcess | undefined, after: Aftermath): void {
    const { deaths, healer, script, sockets, unexpected, onFailedStart, poolLog, slots } = this.#config;
    const service = (): Slot<WorkerProcess>['service'] => slots[slot - 1]?.service ?? 'well';
    const death = this.of(worker);
    if (worker === undefined || death === undefined) {
      const problem = this.#config.problemOf(slot);
      if (after.kind === 'given-up') onFailedStart(Promise.resolve(`no worker could be started: ${problem}`));
      else deaths.notStarted(slot, problem, after, service);
      return;
    }
    if (after.kind === 'given-up') {
      const how = { takenPort: sockets.takenPort, hadToListen: this.#config.supervisor.listens };
      onFailedStart(describeFailedStart(script, death.exit, how, worker.lastWords));
      return;
    }
    poolLog.died(worker, death.exit, after);
    if (after.kind === 'sick') healer.ended(worker, describeExit(death.exit));
    else unexpected.inBackground('an incident', deaths.report(worker, death, after, service));
  }
}
