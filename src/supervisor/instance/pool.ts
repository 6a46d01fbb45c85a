import type { Deaths } from './healing/deaths.ts';
import { logHealth } from './health-log.ts';
import type { PoolConfig } from './pool-config.ts';
import { PoolFigures } from './pool-figures.ts';
import { PoolLog } from './pool-log.ts';
import { describeEnd, describeExit, describeFailedStart } from '../workers/process/describe-exit.ts';
import { type SpawnedWorker, spawnWorker } from '../workers/process/spawn-worker.ts';
import { workerSpec } from './worker-spec.ts';
import type { Exit } from '../workers/process/worker-end.ts';
import { WorkerProcess } from '../workers/process/worker-process.ts';
import { type Release, Releases } from '../workers/release/index.ts';
import { OneAtATime } from '../../core/one-at-a-time.ts';
import { RollingRestart } from './rolling-restart.ts';
import { HEALTHY_MS } from '../workers/slot/restart-policy.ts';
import type { SlotHost } from '../workers/slot/host.ts';
import { Slot } from '../workers/slot/slot.ts';
import type { Aftermath, SlotRules } from '../workers/slot/state.ts';
import { WaitingWorkers } from './waiting-workers.ts';
import { type HealedCause } from '../causes.ts';
import { NO_RESTARTS_YET, type RestartCause } from '../workers/status.ts';

/** The workers: starts each, introduces it to all who have to do with it, and does what the slots ask for. */
export class WorkerPool implements SlotHost<WorkerProcess> {
  readonly slots: readonly Slot<WorkerProcess>[];
  readonly figures: PoolFigures;
  readonly releases: Releases;
  readonly rules: SlotRules;
  readonly nowMs: () => number;
  readonly #config: PoolConfig;
  readonly #log: PoolLog;
  readonly #rollingRestart: RollingRestart;
  readonly #waiting: WaitingWorkers;
  /** While one is replaced, the others serve. */
  readonly #turns = new OneAtATime();
  readonly #restarts: Record<RestartCause, number> = { ...NO_RESTARTS_YET };
  /** Why the last process of a slot could not be started. */
  readonly #spawnProblems = new Map<number, string>();
  /** How those ended that did. */
  readonly #ends = new WeakMap<WorkerProcess, ReturnType<Deaths['examine']>>();
  /** The process of the first worker, which was started beforehand. */
  #first: SpawnedWorker | string | undefined;
  #hasServed = false;
  /** What a command has set: it wins over the configuration. */
  #dryRun: boolean | undefined;
  #lastId = 0;

  /** @param release What the first worker runs. */
  constructor(config: PoolConfig, release: Release) {
    const { startTimeoutMs, deployTimeoutMs, stableMs, workers } = config.supervisor;
    this.#config = config;
    this.releases = new Releases(release);
    this.nowMs = () => config.clock.nowMs();
    this.#log = new PoolLog(config.log, config.sockets);
    this.rules = { startTimeoutMs, deployTimeoutMs, stableMs, loopStableMs: Math.max(stableMs, HEALTHY_MS) };
    this.slots = Array.from({ length: workers }, (_, i) => new Slot<WorkerProcess>(i + 1, this));
    this.#waiting = new WaitingWorkers({ live: config.live, slots: this.slots, log: this.#log });
    this.figures = new PoolFigures(config.live, config.log);
    this.#rollingRestart = new RollingRestart({
      ...config,
      slots: this.slots,
      releases: this.releases,
      nowMs: this.nowMs,
      serving: () => this.figures.serving,
    });
  }

  /** Whether any worker has ever been ready. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  get dryRun(): boolean {
    return this.#dryRun ?? this.releases.current.settings.admission.dryRun;
  }

  /** Workers replaced since the start, by cause. */
  get restarts(): Readonly<Record<RestartCause, number>> {
    return { ...this.#restarts };
  }

  /** @param first The process of the first worker, or why there is none. */
  startFirst(first: SpawnedWorker | string): void {
    this.#first = first;
    this.slots[0]?.start(true);
  }

  startAll(): void {
    for (const slot of this.slots) slot.start(false);
  }

  /** See {@link RollingRestart.run}. */
  async renew(release: Release, trialMs: number): Promise<string | undefined> {
    return this.#rollingRestart.run(release, trialMs);
  }

  stop(signal: NodeJS.Signals, atOnce: boolean): void {
    for (const slot of this.slots) slot.stop(signal, atOnce);
  }

  /** Also of those to come. */
  setDryRun(dryRun: boolean): void {
    this.#dryRun = dryRun;
    for (const worker of this.#config.live) worker.tell({ kind: 'dry-run', dryRun });
  }

  /** Resolves when another worker serves and this one is gone: with undefined, or with why there is none. */
  async heal(
    worker: WorkerProcess,
    cause: HealedCause,
    collected: Promise<void>,
  ): Promise<string | undefined> {
    return this.slots[worker.slot - 1]?.heal(worker, cause, collected);
  }

  spawn(slot: number): WorkerProcess | string {
    const { live, sockets, relay, evidence, quarantines } = this.#config;
    const release = this.releases.of(slot, this.slots[slot - 1]?.isRenewing === true);
    const who = { id: (this.#lastId += 1), slot, release, keys: sockets.expectedOf(slot) };
    const spec = workerSpec(this.#config, who, this.#dryRun);
    const spawned = this.#first ?? spawnWorker(spec);
    this.#first = undefined;
    if (typeof spawned === 'string') {
      this.#spawnProblems.set(slot, spawned);
      return spawned;
    }
    const worker = new WorkerProcess(spec, spawned, this.#config.clock);
    live.add(worker);
    this.figures.join(worker);
    evidence.join(worker);
    quarantines.join(worker);
    this.#follow(worker);
    relay.join(worker);
    sockets.join(worker);
    return worker;
  }

  askTurn(cause: HealedCause | 'rolling', granted: (release: () => void) => void): void {
    const { inTurn, unexpected } = this.#config;
    const take = async (): Promise<undefined> =>
      this.#turns.run(() => new Promise((resolve) => granted(() => resolve(undefined))));
    const turn = cause === 'rolling' || inTurn === undefined ? take() : inTurn(cause, take);
    unexpected.inBackground('taking turns', turn);
  }

  late(worker: WorkerProcess, afterMs: number, isAlone: boolean): void {
    this.#waiting.late(worker, afterMs, isAlone);
  }

  counted(cause: RestartCause): void {
    this.#restarts[cause] += 1;
  }

  died(slot: number, worker: WorkerProcess | undefined, after: Aftermath): void {
    const { deaths, healer, script, sockets, unexpected, onFailedStart } = this.#config;
    const service = (): Slot<WorkerProcess>['service'] => this.slots[slot - 1]?.service ?? 'well';
    const death = worker && this.#ends.get(worker);
    if (worker === undefined || death === undefined) {
      const problem = this.#spawnProblems.get(slot) ?? 'no process could be started';
      if (after.kind === 'given-up') onFailedStart(Promise.resolve(`no worker could be started: ${problem}`));
      else deaths.notStarted(slot, problem, after, service);
      return;
    }
    if (after.kind === 'given-up') {
      const how = { takenPort: sockets.takenPort, hadToListen: this.#config.supervisor.listens };
      onFailedStart(describeFailedStart(script, death.exit, how, worker.lastWords));
      return;
    }
    this.#log.died(worker, death.exit, after);
    if (after.kind === 'sick') healer.ended(worker, describeExit(death.exit));
    else unexpected.inBackground('an incident', deaths.report(worker, death, after, service));
  }

  putOff(worker: WorkerProcess, delayMs: number, recentFaults: number): void {
    this.#log.putOff(worker, delayMs, recentFaults);
  }

  renewalFailed(slot: number, worker: WorkerProcess | undefined, problem: string): void {
    const death = worker === undefined ? undefined : this.#ends.get(worker);
    this.#rollingRestart.failed(slot, worker, death, problem);
  }

  renewed(slot: number): void {
    this.releases.renewed(slot);
  }

  back(slot: number): void {
    this.#config.recovery.back(slot);
  }

  resolved(slot: number): void {
    this.#config.recovery.resolved(slot);
  }

  emptied(): void {
    queueMicrotask(() => this.#config.onEmpty()); // The last process still has to leave the list of those that run.
  }

  #follow(worker: WorkerProcess): void {
    const { log, live, healer, outages, isStopping, onMessage } = this.#config;
    const slot = this.slots[worker.slot - 1];
    worker.on('ready', () => {
      if (worker.start.missing > 0 && slot?.isRenewedBy(worker) === true) {
        worker.kill('does not listen on all that its predecessor listens on');
        return;
      }
      this.#log.ready(worker);
      slot?.ready(worker);
      this.#rollingRestart.ready(worker);
      if (this.#hasServed) return;
      this.#hasServed = true;
      this.#config.onFirstReady();
    });
    for (const watcher of [outages, this.#waiting]) worker.on('listens', () => watcher.look());
    this.#log.follow(worker);
    worker.on('message', (message) => onMessage(worker, message));
    worker.on('health', (after, before) => logHealth(log, after, before, worker.id));
    // A worker that has not been ready has nobody to serve, and one that has ended nothing more to say.
    const isJudged = (): boolean => live.has(worker) && worker.readySinceMs !== undefined && !isStopping();
    worker.on('report', (report) => {
      if (isJudged()) healer.reported(worker, report);
      if (report.gapMs === 0 && outages.status.isPresent) outages.look();
    });
    worker.on('traffic', (traffic) => healer.heard(worker, traffic));
    worker.on('cut', (routes) => {
      this.#log.cut(worker, routes, this.#config.supervisor.drainTimeoutMs);
      this.figures.cut(routes);
    });
    worker.on('stack', (stack) => healer.stackTaken(worker, stack));
    worker.on('exit', (exit) => this.#exited(worker, exit));
  }

  #exited(worker: WorkerProcess, exit: Exit): void {
    const { live, evidence, healer, sockets, deaths, supervisor } = this.#config;
    const slot = this.slots[worker.slot - 1];
    live.delete(worker);
    evidence.leave(worker);
    sockets.leave(worker);
    this.figures.leave(worker);
    const death = deaths.examine(worker, exit);
    this.#ends.set(worker, death);
    if (slot?.isLeaving(worker) === true) this.#log.ended(worker, exit);
    slot?.exited(worker, {
      how: worker.killedBecause ?? describeEnd(exit, worker.readySinceMs !== undefined, supervisor.listens),
      cause: exit.signal === null ? 'exit' : 'signal',
      isFromOutside: death.fromOutside,
    });
    healer.gone(worker);
    this.#waiting.look();
  }
}
