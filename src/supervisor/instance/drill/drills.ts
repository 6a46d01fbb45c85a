import { fileURLToPath } from 'node:url';
import { RespiteError } from '../../../core/errors.ts';
import { ownModule } from '../../../core/own-files.ts';
import type { InjectedFault } from '../../../worker/index.ts';
import type { Log } from '../../log.ts';
import type { WorkerProcess } from '../../workers/process/worker-process.ts';
import type { ResolvedSupervisorOptions } from '../options.ts';
import type { DrillFacts, DrillFault, DrillLease, DrillRequest, Drills } from './contract.ts';
import { readFacts } from './facts.ts';
import { LeaseFile } from './lease-file.ts';
import type { ResolvedDrillOptions } from './options.ts';
import { starve } from './starve.ts';

/** Maximum duration of a fault, in ms, whatever the one who asked for it does. */
const MAX_DURATION_MS = 240_000;

/** How soon a worker that starts meanwhile gets a fault that is meant for all, in ms: before its script runs. */
const NEW_WORKERS_EVERY_MS = 20;

/** Share of the memory at which a leak of Buffers stops. The detector acts at 0.9. */
const MEMORY_MAX_SHARE = 0.93;

interface DrillsConfig {
  readonly options: ResolvedDrillOptions;
  readonly supervisor: ResolvedSupervisorOptions;
  readonly live: ReadonlySet<WorkerProcess>;
  readonly log: Log;
}

/** Injects faults into the workers of an instance. Each lasts for as long as its lease. */
export class InstanceDrills implements Drills {
  readonly badVersion: string = fileURLToPath(ownModule('worker/drill/bad-version'));
  readonly #config: DrillsConfig;
  #active: DrillLease | undefined;

  constructor(config: DrillsConfig) {
    this.#config = config;
  }

  async facts(): Promise<DrillFacts> {
    return readFacts(this.#config, this.#active?.fault);
  }

  async begin(request: DrillRequest): Promise<DrillLease> {
    const facts = await this.facts();
    if (this.#active !== undefined) throw impossible(`the fault ${this.#active.fault} is injected already`);
    const targets = this.#targets(request.everywhere === true);
    const fault = request.fault === 'starved-cpu' ? undefined : this.#faultOf(request, facts);
    const file = new LeaseFile();
    const lease = this.#lease(request.fault, targets, file);
    this.#active = lease;
    this.#say('begins', lease);
    try {
      if (fault !== undefined) this.#inject(fault, file, request.everywhere === true, lease);
      else await this.#starve(targets, file, facts, lease);
    } catch (error) {
      lease.end();
      throw error;
    }
    return lease;
  }

  #inject(fault: InjectedFault, file: LeaseFile, everywhere: boolean, lease: DrillLease): void {
    const told = new Set<number>();
    const tell = (worker: WorkerProcess): void => {
      told.add(worker.id);
      worker.tell({ kind: 'drill', order: { fault, leaseFile: file.path } });
    };
    for (const worker of this.#config.live) {
      if (lease.workers.some(({ id }) => id === worker.id)) tell(worker);
    }
    // A dependency is gone for workers that start meanwhile too.
    if (fault.name !== 'redirect' || !everywhere) return;
    const timer = setInterval(() => {
      for (const worker of this.#config.live) if (!told.has(worker.id)) tell(worker);
    }, NEW_WORKERS_EVERY_MS);
    void lease.ended.then(() => clearInterval(timer));
  }

  async #starve(
    [target]: readonly WorkerProcess[],
    file: LeaseFile,
    { starvingLacks }: DrillFacts,
    lease: DrillLease,
  ): Promise<void> {
    if (target === undefined || starvingLacks !== undefined) throw impossible(starvingLacks ?? NO_WORKER);
    // An event loop that has hardly anything to do needs hardly any time.
    target.tell({ kind: 'drill', order: { fault: { name: 'blocked-loop' }, leaseFile: file.path } });
    const restore = await starve(target.pid, file.path);
    void lease.ended.then(restore);
  }

  #lease(fault: DrillFault, targets: readonly WorkerProcess[], file: LeaseFile): DrillLease {
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = (): void => {
      if (this.#active !== lease) return;
      this.#active = undefined;
      clearTimeout(timer);
      file.remove();
      this.#say('is reverted', lease);
      resolve();
    };
    const timer = setTimeout(end, MAX_DURATION_MS).unref();
    const workers = targets.map(({ id, pid }) => ({ id, pid }));
    const lease: DrillLease = { fault, workers, ended: promise, end };
    return lease;
  }

  /** The worker that has been ready for longest, so that drills take turns, or all that are ready. */
  #targets(everywhere: boolean): readonly WorkerProcess[] {
    const ready = [...this.#config.live]
      .filter(({ state }) => state === 'ready')
      .toSorted((a, b) => (a.readySinceMs ?? 0) - (b.readySinceMs ?? 0));
    if (ready.length === 0) throw impossible(NO_WORKER);
    return everywhere ? ready : ready.slice(0, 1);
  }

  #faultOf({ fault, dependency, port }: DrillRequest, facts: DrillFacts): InjectedFault {
    switch (fault) {
      case 'buffer-leak': {
        const { memory } = facts;
        if (memory === undefined)
          throw impossible('nothing but the machine limits the memory of the workers');
        const { limitBytes, usedBytes } = memory;
        return { name: fault, limitBytes, mostBytes: Math.max(0, MEMORY_MAX_SHARE * limitBytes - usedBytes) };
      }
      case 'descriptor-leak':
        if (facts.descriptors === undefined)
          throw impossible('nothing limits the descriptors of the workers');
        return { name: fault, limit: facts.descriptors };
      case 'full-disk':
        if (facts.disk === undefined) throw impossible('no disk can be looked at');
        return { name: fault, directory: facts.disk.path };
      case 'redirect': {
        const from = dependency === undefined ? undefined : this.#config.options.dependencies[dependency];
        if (from === undefined || port === undefined)
          throw impossible('name a dependency of `drills.dependencies` and the port of a proxy');
        return { name: fault, from, to: { host: '127.0.0.1', port } };
      }
      case 'starved-cpu':
        throw impossible('it is no fault of a worker');
      default:
        return { name: fault };
    }
  }

  #say(what: string, { fault, workers }: DrillLease): void {
    const where = workers.map(({ id }) => `worker ${id}`).join(', ');
    this.#config.log.warn({ fault, workers }, `drill: the fault ${fault} ${what} in ${where}`);
  }
}

const NO_WORKER = 'no worker is ready';

function impossible(why: string): RespiteError {
  return new RespiteError('RESPITE_SUPERVISOR_DRILL_IMPOSSIBLE', why);
}
