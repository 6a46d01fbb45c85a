import { Ends } from './ends.ts';
import { logHealth } from './health-log.ts';
import type { PoolConfig } from './pool-config.ts';
import { PoolFigures } from './pool-figures.ts';
import { PoolLog } from './pool-log.ts';
import { describeEnd } from '../workers/process/describe-exit.ts';
import type { SpawnedWorker } from '../workers/process/spawn-worker.ts';
import { createStandbys, Identities, type Standbys } from './standby/index.ts';
import { WorkerStarts } from './worker-starts.ts';
import type { Exit } from '../workers/process/worker-end.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';
import { type Release, Releases } from '../workers/release/index.ts';
import { OneAtATime } from '../../core/one-at-a-time.ts';
import { RollingRestart } from './rolling-restart.ts';
import { HEALTHY_MS } from '../workers/slot/restart-policy.ts';
import type { SlotHost } from '../workers/slot/host.ts';
import { Slot } from '../workers/slot/slot.ts';
import type { Aftermath, SlotRules } from '../workers/slot/state.ts';
import { WaitingWorkers } from './waiting-workers.ts';
import { type HealedCause } from '../causes.ts';
import type { RestartCause } from '../workers/status.ts';

/** The workers that serve: follows each of them, and does what their slots ask for. */
export class WorkerPool implements SlotHost<WorkerProcess> {
  readonly slots: readonly Slot<WorkerProcess>[];
  readonly figures: PoolFigures;
  readonly releases: Releases;
  readonly starts: WorkerStarts;
  /** Those that wait to take the place of others. */
  readonly standbys: Standbys<WorkerProcess>;
  readonly rules: SlotRules;
  readonly nowMs: () => number;
  readonly #config: PoolConfig;
  readonly #log: PoolLog;
  readonly #rollingRestart: RollingRestart;
  readonly #waiting: WaitingWorkers;
  /** While one is replaced, the others serve. */
  readonly #turns = new OneAtATime();
  readonly #ends: Ends;
  #hasServed = false;

  /** @param release What the first worker runs. */
  constructor(config: PoolConfig, release: Release) {
    const { startTimeoutMs, deployTimeoutMs, stableMs, workers } = config.supervisor;
    this.#config = config;
    this.releases = new Releases(release);
    this.nowMs = () => config.clock.nowMs();
    this.#log = new PoolLog(config.log, config.sockets);
    const loopStableMs = Math.max(stableMs, HEALTHY_MS);
    this.rules = { isStandby: false, startTimeoutMs, deployTimeoutMs, stableMs, loopStableMs };
    this.slots = Array.from({ length: workers }, (_, i) => new Slot<WorkerProcess>(i + 1, this));
    this.#ends = new Ends({
      ...config,
      poolLog: this.#log,
      slots: this.slots,
      problemOf: (slot) => this.starts.problemOf(slot),
    });
    this.#waiting = new WaitingWorkers({ live: config.live, slots: this.slots, log: this.#log });
    this.figures = new PoolFigures(config.live, config.log);
    const { figures, releases } = this;
    const shared = { ...config, releases, identities: new Identities() };
    this.starts = new WorkerStarts({ ...shared, figures, onStarted: (worker) => this.#follow(worker) });
    this.standbys = createStandbys({
      ...shared,
      rules: this.rules,
      nowMs: this.nowMs,
      slots: this.slots,
      starts: this.starts,
      exitOf: (worker) => this.#ends.of(worker)?.exit,
      emptied: () => this.emptied(),
    });
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

  /** @param first The process of the first worker, or why there is none. */
  startFirst(first: SpawnedWorker | string): void {
    this.starts.begunWith(first);
    this.slots[0]?.start(true);
  }

  startAll(): void {
    for (const slot of this.slots) slot.start(false);
    this.standbys.start();
  }

  /** See {@link RollingRestart.run}. */
  async renew(release: Release, trialMs: number): Promise<string | undefined> {
    this.standbys.pause();
    try {
      return await this.#rollingRestart.run(release, trialMs);
    } finally {
      await this.standbys.resume();
    }
  }

  stop(signal: NodeJS.Signals, atOnce: boolean): void {
    for (const slot of this.slots) slot.stop(signal, atOnce);
    this.standbys.stop(signal, atOnce);
  }

  /** Resolves when another worker serves and this one is gone: with undefined, or with why there is none. */
  async heal(
    worker: WorkerProcess,
    cause: HealedCause,
    collected: Promise<void>,
  ): Promise<string | undefined> {
    return this.slots[worker.slot - 1]?.heal(worker, cause, collected);
  }

  hasStandby(slot: number): boolean {
    return this.standbys.isReady(this.releases.of(slot, false));
  }

  spawn(slot: number): WorkerProcess | string {
    const isRenewal = this.slots[slot - 1]?.isRenewing === true;
    const release = this.releases.of(slot, isRenewal);
    const standby = isRenewal ? undefined : this.standbys.give(slot, release, this.#ends.isFromOutside(slot));
    if (standby === undefined) return this.starts.start({ slot, release, isStandby: false });
    this.figures.fills(standby);
    return standby;
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
    this.figures.restarts[cause] += 1;
  }

  died(slot: number, worker: WorkerProcess | undefined, after: Aftermath): void {
    this.#ends.died(slot, worker, after);
  }

  putOff(worker: WorkerProcess, delayMs: number, recentFaults: number): void {
    this.#log.putOff(worker, delayMs, recentFaults);
  }

  renewalFailed(slot: number, worker: WorkerProcess | undefined, problem: string): void {
    this.#rollingRestart.failed(slot, worker, this.#ends.of(worker), problem);
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
    const { log, live, healer, outages, sockets, isStopping, onMessage } = this.#config;
    worker.on('warm', () => this.#isWarm(worker));
    worker.on('ready', () => {
      const slot = this.#slotOf(worker);
      if (worker.start.missing.size > 0 && slot?.isRenewedBy(worker) === true) {
        worker.kill(sockets.describeMove(worker));
        return;
      }
      this.#log.ready(worker);
      this.standbys.takeovers.served(worker);
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
      if (worker.isStandby) this.standbys.reported(worker);
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
    const { live, evidence, healer, sockets, supervisor } = this.#config;
    const slot = this.#slotOf(worker);
    live.delete(worker);
    evidence.leave(worker);
    sockets.leave(worker);
    this.figures.leave(worker);
    const death = this.#ends.examine(worker, exit);
    if (slot?.isLeaving(worker) === true) this.#log.ended(worker, exit);
    slot?.exited(worker, {
      how: worker.killedBecause ?? describeEnd(exit, worker.readySinceMs !== undefined, supervisor.listens),
      cause: exit.signal === null ? 'exit' : 'signal',
      isFromOutside: death.fromOutside,
    });
    healer.gone(worker);
    this.#waiting.look();
  }

  /** A standby could serve: one of the slots may have waited for it. */
  #isWarm(worker: WorkerProcess): void {
    const own = this.#slotOf(worker);
    if (own === undefined || !worker.isStandby) return;
    this.standbys.warm(worker, own);
    for (const slot of this.slots) slot.look();
  }

  /** Where it is now: a standby changes its slot. */
  #slotOf({ slot }: WorkerProcess): Slot<WorkerProcess> | undefined {
    return [...this.slots, ...this.standbys.slots][slot - 1];
  }
}
