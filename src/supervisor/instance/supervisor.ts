import { AwakeClock } from '../../core/awake-clock.ts';
import type { IndicatorReport } from '../../core/health-link.ts';
import type { Ended, Supervisor, SupervisorConfig } from './contract.ts';
import type { Captured, OnDemand } from '../incidents/evidence/captures.ts';
import { late, loadAll } from './late.ts';
import type { Observed } from './look-after.ts';
import type { Log } from '../log.ts';
import { createParts, type Parts } from './parts.ts';
import type { ScriptMetrics } from '../workers/script-metrics/index.ts';
import { logDryRun, logSameSignal, logStop } from './pool-log.ts';
import { nextStartsMs } from './pool-figures.ts';
import { WorkerPool } from './pool.ts';
import type { PoolConfig } from './pool-config.ts';
import { captureOf } from './capture.ts';
import { describeInstance } from './describe.ts';
import { StopRequests } from './stop-requests.ts';
import { warnOfSilentStart } from './silent-start.ts';
import { PassedSignals } from '../workers/process/passed-signals.ts';
import { ParentRelay } from '../workers/process/parent-relay.ts';
import { type InstanceState, NO_HEALTH, type SupervisorStatus } from './status.ts';
import { type Release, Restarts } from '../workers/release/index.ts';
import type { SpawnedWorker } from '../workers/process/spawn-worker.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';

/**
 * @param release What the first worker runs.
 * @param first The process of the first worker, which has been started just now, or why there is none.
 */
export function superviseFrom(
  config: SupervisorConfig,
  release: Release,
  first: SpawnedWorker | string,
): Supervisor {
  const supervisor = new WorkerSupervisor(config, release);
  supervisor.start(first);
  return supervisor;
}

class WorkerSupervisor implements Supervisor {
  readonly #ending = Promise.withResolvers<Ended>();
  readonly ended: Promise<Ended> = this.#ending.promise;
  readonly drills: Supervisor['drills'];
  readonly shapes: Supervisor['shapes'];
  readonly #config: SupervisorConfig;
  readonly #log: Log;
  readonly #clock = new AwakeClock().start();
  readonly #live = new Set<WorkerProcess>();
  readonly #relay = new ParentRelay(this.#live);
  readonly #signals = new PassedSignals(this.#live, (worker, signal) => this.#askedBy(worker, signal));
  readonly #startedAtMs = Date.now();
  readonly #stopRequests = new StopRequests((signal) => logSameSignal(this.#log, signal));
  readonly #parts: Parts;
  readonly #pool: WorkerPool;
  readonly #restarts: Restarts;
  #state: InstanceState = 'starting';
  /** Why the first worker never served. */
  #failure: Promise<string | undefined> | undefined;
  #observed: Observed | undefined;

  constructor(config: SupervisorConfig, release: Release) {
    this.#config = config;
    this.#log = config.log;
    this.#parts = createParts(config, {
      clock: this.#clock,
      live: this.#live,
      isStopping: () => this.#isStopping(),
      nextStartsMs: () => nextStartsMs(this.#pool.slots),
      heal: async (worker, cause, collected) => this.#pool.heal(worker, cause, collected),
      quarantine: () => this.#pool.releases.current.settings.admission.quarantine,
      stepOf: (slot) => this.#pool.standbys.takeovers.stepOf(slot),
      health: () => this.#healthReports(),
    });
    this.drills = this.#parts.openDrills;
    this.shapes = this.#parts.shapes;
    const poolConfig: PoolConfig = {
      ...config,
      clock: this.#clock,
      live: this.#live,
      relay: this.#relay,
      ...this.#parts,
      isStopping: () => this.#isStopping(),
      onFirstReady: () => this.#serve(),
      onMessage: (worker, message) => {
        if (message.kind === 'asked-to-stop') this.#askedBy(worker, message.signal);
      },
      onFailedStart: (failure) => {
        this.#state = 'stopping';
        this.#failure = failure;
        this.#pool.stop('SIGTERM', false);
      },
      onEmpty: () => this.#endIfIdle(),
    };
    this.#pool = new WorkerPool(poolConfig, release);
    this.#restarts = new Restarts({
      ...config,
      nowMs: () => Date.now(),
      current: () => this.#pool.releases.current,
      renew: async (to) => this.#pool.renew(to, config.supervisor.trialMs),
      renewed: () => this.#pool.releases.moved.length,
      isStopping: () => this.#isStopping(),
      hasServed: () => this.#pool.hasServed,
      onUnderWay: (isUnderWay) => config.onPhase?.(isUnderWay ? 'restarting' : 'ready'),
    });
  }

  start(first: SpawnedWorker | string): void {
    this.#relay.start();
    const unwatch = this.#parts.unexpected.watchProcess();
    this.#parts.unexpected.inBackground('the end', this.ended.then(unwatch));
    this.#pool.startFirst(first);
    warnOfSilentStart(this.#config, () =>
      this.#pool.hasServed || this.#isStopping() ? undefined : [...this.#live][0],
    );
  }

  status(): SupervisorStatus {
    return describeInstance({
      state: this.#state,
      startedAtMs: this.#startedAtMs,
      pool: this.#pool,
      parts: this.#parts,
      restarts: this.#restarts,
      health: this.#config.health ?? NO_HEALTH,
      headroom: this.#observed?.headroom.status,
    });
  }

  get history(): Supervisor['history'] {
    return this.#observed?.history;
  }

  async scriptMetrics(): Promise<ScriptMetrics> {
    return this.#parts.scriptMetrics.gather();
  }

  drain(): void {
    if (this.#state !== 'running' && this.#state !== 'starting') return;
    this.#state = 'draining';
    this.#parts.departure.begin();
    this.#log.info({}, 'leaving the load balancer: readiness is down, requests are still served');
  }

  async capture(workerId: number, what: OnDemand, seconds: number): Promise<Captured> {
    return captureOf(this.#pool.figures.find(workerId), workerId, [what, seconds], this.#config.supervisor);
  }

  releaseQuarantine(id: string): boolean {
    return this.#parts.quarantines.release(id);
  }

  setDryRun(dryRun: boolean): void {
    if (dryRun === this.#pool.starts.dryRun) return;
    logDryRun(this.#log, dryRun);
    this.#pool.starts.setDryRun(dryRun);
  }

  async restart(script?: string): Promise<void> {
    await this.#restarts.run(script);
  }

  passOn(signal: NodeJS.Signals): boolean {
    return this.#signals.pass(signal) || this.#pool.figures.serving.length === 0;
  }

  leave(signal: NodeJS.Signals): void {
    if (!this.#stopRequests.isNew(signal)) return;
    if (this.#isStopping() || this.#parts.departure.isWaiting || !this.#pool.hasServed) {
      this.#stop(signal);
      return;
    }
    this.#state = 'draining';
    this.#parts.departure.finish(() => this.#stop(signal));
  }

  stop(signal: NodeJS.Signals): void {
    if (this.#stopRequests.isNew(signal)) this.#stop(signal);
  }

  /** A worker got a signal itself, or ends because of one. The sender means the program: the whole instance. */
  #askedBy({ id, pid }: WorkerProcess, signal: NodeJS.Signals): void {
    if (this.#stopRequests.isAsked || this.#isStopping()) return;
    this.#log.warn({ worker: id, pid, signal }, `worker ${id} got ${signal}: the instance stops`);
    if (signal === 'SIGINT') this.stop(signal);
    else this.leave('SIGTERM');
  }

  #stop(signal: NodeJS.Signals): void {
    const atOnce = this.#isStopping() || this.#parts.departure.isWaiting;
    this.#parts.departure.cancel();
    this.#state = 'stopping';
    this.#config.onPhase?.('stopping');
    this.#parts.recovery.stop();
    this.#parts.unexpected.inBackground('stopping the fallback responder', this.#parts.outages.stop());
    logStop(this.#log, signal, atOnce);
    this.#parts.sockets.releaseAll();
    this.#pool.stop(signal, atOnce);
  }

  /** The first worker is ready: the others are started, and what was not needed before. */
  #serve(): void {
    if (this.#state === 'starting') this.#state = 'running';
    if (this.#state === 'stopping') return;
    this.#config.onPhase?.('ready');
    this.#pool.startAll();
    const { inBackground, untilItSucceeds } = this.#parts.unexpected;
    inBackground('taking over where incidents are kept', this.#parts.evidence.takeOver());
    untilItSucceeds('watching the kernel', async () => this.#parts.deaths.watch());
    if (this.#config.supervisor.fallbackResponder)
      untilItSucceeds('watching for outages', async () => this.#parts.outages.watch());
    untilItSucceeds('looking at the workers', async () => this.#lookAfter());
  }

  /** Of the instance and of its workers. */
  #healthReports(): readonly IndicatorReport[] {
    const { reports } = this.#config.health ?? NO_HEALTH;
    return [...reports(), ...this.#pool.figures.health];
  }

  /** Loaded when a worker serves: until then there is nothing to see. */
  async #lookAfter(): Promise<void> {
    await loadAll();
    const { lookAfter } = await late.lookAfter();
    this.#observed = lookAfter({
      config: this.#config,
      healer: this.#parts.healer,
      pool: this.#pool,
      sockets: this.#parts.sockets,
      health: () => this.#healthReports(),
      fallbackAnswered: () => this.#parts.outages.status.answered,
      ended: this.ended,
    });
  }

  #isStopping(): boolean {
    return this.#state === 'stopping';
  }

  #endIfIdle(): void {
    if (this.#live.size > 0) return;
    this.#parts.sockets.releaseAll();
    this.#relay.stop();
    const end = async (): Promise<void> => {
      const failure = await this.#failure;
      this.#ending.resolve({ exitCode: failure === undefined ? 0 : 1, failure });
    };
    const last = Promise.all([this.#parts.evidence.close(), this.#parts.outages.stop()]);
    this.#parts.unexpected.inBackground('keeping the last evidence', last.finally(end));
  }
}
