import type { PoolConfig } from './pool-config.ts';
import type { PoolFigures } from './pool-figures.ts';
import type { Identities } from './standby/identities.ts';
import { workerSpec } from './worker-spec.ts';
import type { Releases } from '../workers/release/index.ts';
import { type SpawnedWorker, spawnWorker, type WorkerSpec } from '../workers/process/spawn-worker.ts';
import { WorkerProcess } from '../workers/process/worker-process.ts';

interface StartsConfig extends PoolConfig {
  readonly figures: PoolFigures;
  readonly identities: Identities;
  readonly releases: Releases;
  /** A new worker, before it is heard of by all others. */
  readonly onStarted: (worker: WorkerProcess) => void;
}

interface NewWorker extends Pick<WorkerSpec, 'slot' | 'release'> {
  readonly isStandby: boolean;
}

/** Starts the worker processes, and introduces each to all who have to do with it. */
export class WorkerStarts {
  readonly #config: StartsConfig;
  /** Why the last process of a slot could not be started. */
  readonly #problems = new Map<number, string>();
  /** The process of the first worker, which was started beforehand. */
  #first: SpawnedWorker | string | undefined;
  /** What a command has set: it wins over the configuration. */
  #dryRun: boolean | undefined;
  #lastId = 0;

  constructor(config: StartsConfig) {
    this.#config = config;
  }

  get dryRun(): boolean {
    return this.#dryRun ?? this.#config.releases.current.settings.admission.dryRun;
  }

  /** Of the workers that run, and of those to come. */
  setDryRun(dryRun: boolean): void {
    this.#dryRun = dryRun;
    for (const worker of this.#config.live) worker.tell({ kind: 'dry-run', dryRun });
  }

  /** @param first The process of the first worker, or why there is none. */
  begunWith(first: SpawnedWorker | string): void {
    this.#first = first;
  }

  problemOf(slot: number): string {
    return this.#problems.get(slot) ?? 'no process could be started';
  }

  /** A text says why there is no process. */
  start(wanted: NewWorker): WorkerProcess | string {
    const { live, figures, evidence, quarantines, fairness, relay, sockets, identities, clock, onStarted } =
      this.#config;
    const identity = identities.of(wanted.slot);
    const who = { ...wanted, id: (this.#lastId += 1), identity, keys: sockets.expectedOf(identity) };
    const spec = workerSpec(this.#config, { ...who, dryRun: this.#dryRun });
    const spawned = this.#first ?? spawnWorker(spec);
    this.#first = undefined;
    if (typeof spawned === 'string') {
      this.#problems.set(wanted.slot, spawned);
      return spawned;
    }
    const worker = new WorkerProcess(spec, spawned, clock);
    live.add(worker);
    figures.join(worker);
    evidence.join(worker);
    quarantines.join(worker);
    fairness.join(worker);
    onStarted(worker);
    relay.join(worker);
    sockets.join(worker);
    return worker;
  }
}
