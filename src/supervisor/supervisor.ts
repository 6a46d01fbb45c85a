import { RespiteError } from '../core/errors.ts';
import type { IndicatorReport } from '../core/health-link.ts';
import { Departure } from './balancer/departure.ts';
import type { Ended, Supervisor, SupervisorConfig } from './contract.ts';
import { Deaths } from './crash/index.ts';
import { Crew } from './crew.ts';
import { Evidence } from './evidence/index.ts';
import type { Captured, OnDemand } from './evidence/on-demand.ts';
import { Healer } from './healing/healer.ts';
import type { History, InstanceMeasure } from './history/index.ts';
import { IncidentLedger } from './incident/ledger.ts';
import type { Log } from './log.ts';
import { Outages } from './stand-in/outages.ts';
import { ParentRelay } from './process/parent-relay.ts';
import { Recovery } from './healing/recovery.ts';
import { Replacements } from './replacing/replacements.ts';
import { HEALTHY_MS } from './replacing/restart-policy.ts';
import { emptySlot, type Slot } from './replacing/slot.ts';
import { SocketExchange } from './sockets/socket-exchange.ts';
import { type InstanceState, NO_HEALTH, type SupervisorStatus } from './status.ts';
import type { SpawnedWorker } from './process/spawn-worker.ts';
import type { WorkerProcess } from './process/worker-process.ts';

/** @param first The process of the first worker, which has been started just now. */
export function superviseFrom(config: SupervisorConfig, first: SpawnedWorker): Supervisor {
  const supervisor = new WorkerSupervisor(config);
  supervisor.start(first);
  return supervisor;
}

class WorkerSupervisor implements Supervisor {
  readonly ended: Promise<Ended>;

  readonly #config: SupervisorConfig;
  readonly #log: Log;
  readonly #sockets: SocketExchange;
  readonly #slots: readonly Slot[];
  readonly #live = new Set<WorkerProcess>();
  readonly #relay = new ParentRelay(this.#live);
  readonly #startedAtMs = Date.now();
  readonly #replacements: Replacements;
  readonly #healer: Healer<WorkerProcess>;
  readonly #incidents = new IncidentLedger(() => Date.now());
  readonly #departure: Departure;
  readonly #recovery: Recovery;
  readonly #outages: Outages;
  readonly #deaths: Deaths;
  readonly #evidence: Evidence;
  readonly #crew: Crew;
  readonly #end: (ended: Ended) => void;
  #state: InstanceState = 'starting';
  #restarting = false;
  #history: History<InstanceMeasure> | undefined;

  constructor(config: SupervisorConfig) {
    this.#config = config;
    this.#log = config.log;
    this.#sockets = new SocketExchange(config.supervisor.listeningCopies, config.log);
    this.#slots = Array.from({ length: config.supervisor.workers }, (_, i) => emptySlot(i + 1));
    this.#evidence = new Evidence({
      incidents: config.supervisor.incidents,
      log: config.log,
      nowMs: () => Date.now(),
      environment: process.env,
      probes: async () =>
        this.#healthReports().map(({ name, status, durationMs, error }) => ({
          name,
          status,
          tookMs: durationMs,
          detail: error,
        })),
    });
    this.#incidents.subscribe((incident) => this.#evidence.note(incident));
    if (config.onIncident !== undefined) this.#incidents.subscribe(config.onIncident);
    const { waitMs } = config.supervisor.balancer;
    this.#departure = new Departure({ waitMs, log: config.log, nowMs: () => performance.now() });
    const { stableMs } = config.supervisor;
    this.#recovery = new Recovery({
      ledger: this.#incidents,
      stableMs,
      loopStableMs: Math.max(stableMs, HEALTHY_MS),
      nowMs: () => Date.now(),
    });
    this.#outages = new Outages({
      log: config.log,
      workers: this.#live,
      slots: this.#slots,
      sockets: this.#sockets,
      recovery: this.#recovery,
    });
    this.#deaths = new Deaths({
      log: config.log,
      ledger: this.#incidents,
      recovery: this.#recovery,
      isStopping: () => this.#isStopping(),
    });
    this.#healer = new Healer({
      detect: config.supervisor.detect,
      log: config.log,
      nowMs: () => Date.now(),
      drainTimeoutMs: config.supervisor.drainTimeoutMs,
      incidents: this.#incidents,
      recovery: this.#recovery,
      replace: async (worker, cause, collected) => {
        const slot = this.#slots[worker.slot - 1];
        if (slot === undefined) return 'it has no place';
        const heal = (): Promise<string | undefined> =>
          this.#replacements.heal(slot, worker, cause, collected);
        return config.inTurn === undefined ? heal() : config.inTurn(cause, heal);
      },
      collect: async (worker, incident) => this.#evidence.collect(worker, incident),
      onWarning: (worker, cause) => this.#evidence.prepare(worker, cause),
      investigate: async (worker) => (await import('./healing/rounds.ts')).investigate(worker),
      whereInKernel: async (worker) => (await import('./healing/rounds.ts')).whereInKernel(worker),
    });
    this.#replacements = new Replacements({
      log: config.log,
      startTimeoutMs: config.supervisor.startTimeoutMs,
      spawn: (slot) => this.#crew.spawn(slot),
      isStopping: () => this.#isStopping(),
    });
    this.#crew = new Crew({
      ...config,
      live: this.#live,
      sockets: this.#sockets,
      relay: this.#relay,
      evidence: this.#evidence,
      healer: this.#healer,
      deaths: this.#deaths,
      outages: this.#outages,
      recovery: this.#recovery,
      replacements: this.#replacements,
      isStopping: () => this.#isStopping(),
      onFirstReady: () => this.#serve(),
      onFailedStart: (failure) => {
        this.#state = 'stopping';
        this.#endIfIdle(failure);
      },
      onStopped: () => this.#endIfIdle(),
    });
    const { promise, resolve } = Promise.withResolvers<Ended>();
    this.ended = promise;
    this.#end = resolve;
  }

  start(spawned: SpawnedWorker): void {
    this.#relay.start();
    const [first] = this.#slots;
    if (first !== undefined) first.current = this.#crew.spawn(first, spawned);
  }

  status(): SupervisorStatus {
    const health = this.#config.health ?? NO_HEALTH;
    const crew = this.#crew;
    return {
      state: this.#state,
      script: this.#config.script,
      startedAtMs: this.#startedAtMs,
      workersWanted: this.#slots.length,
      workers: this.#crew.statuses,
      sockets: this.#sockets.addresses,
      restarts: this.#replacements.counts,
      standIn: this.#outages.status,
      health: { readyShare: health.readyShare, indicators: health.reports() },
      restarting: this.#restarting,
      dryRun: this.#crew.dryRun,
      incidents: this.#incidents.recent,
      incidentCounts: this.#incidents.counts,
      // Health checks ask for a status too, and don't look at this.
      get totals() {
        return crew.totals;
      },
    };
  }

  get history(): History<InstanceMeasure> | undefined {
    return this.#history;
  }

  drain(): void {
    if (this.#state !== 'running' && this.#state !== 'starting') return;
    this.#state = 'draining';
    this.#departure.begin();
    this.#log.info({}, 'leaving the load balancer: readiness is down, requests are still served');
  }

  async capture(workerId: number, what: OnDemand, seconds: number): Promise<Captured> {
    const worker = this.#crew.find(workerId);
    if (worker === undefined) {
      throw new RespiteError('RESPITE_SUPERVISOR_CAPTURE_FAILED', `there is no worker ${workerId}`);
    }
    const { incidents } = this.#config.supervisor;
    const { captureNow } = await import('./evidence/on-demand.ts');
    return captureNow(worker, what, seconds, incidents === false ? undefined : incidents.directory);
  }

  setDryRun(dryRun: boolean): void {
    if (dryRun === this.#crew.dryRun) return;
    if (dryRun)
      this.#log.warn({}, 'admission refuses nothing from now on and only counts what it would refuse');
    else this.#log.info({}, 'admission refuses again what has to be refused');
    this.#crew.setDryRun(dryRun);
  }

  async restart(): Promise<void> {
    if (this.#restarting) {
      this.#log.warn({}, 'a rolling restart is under way already: this one is not begun');
      return;
    }
    this.#restarting = true;
    this.#log.info({}, 'rolling restart begins');
    try {
      for (const slot of this.#slots) {
        const problem = await this.#replacements.renew(slot);
        if (this.#isStopping()) return;
        if (problem !== undefined) {
          throw new RespiteError(
            'RESPITE_SUPERVISOR_RESTART_FAILED',
            `rolling restart given up: ${problem}; the old one goes on serving`,
          );
        }
      }
      this.#log.info({}, 'rolling restart is done');
    } finally {
      this.#restarting = false;
    }
  }

  leave(signal: NodeJS.Signals): void {
    if (this.#isStopping() || this.#departure.isWaiting || !this.#crew.hasServed) {
      this.stop(signal);
      return;
    }
    this.#state = 'draining';
    this.#departure.finish(() => this.stop(signal));
  }

  stop(signal: NodeJS.Signals): void {
    const atOnce = this.#isStopping() || this.#departure.isWaiting;
    this.#departure.cancel();
    this.#state = 'stopping';
    this.#recovery.stop();
    this.#outages.stop();
    if (atOnce) this.#log.warn({ signal }, 'stopping at once');
    else
      this.#log.info(
        { signal },
        'stopping: requests in flight are finished first, once more to stop at once',
      );
    this.#sockets.releaseAll();
    for (const slot of this.#slots) clearTimeout(slot.restartTimer);
    for (const worker of this.#live) {
      if (atOnce) worker.kill();
      else worker.end(signal);
    }
    this.#endIfIdle();
  }

  /** The first worker is ready: the others are started, and what was not needed before. */
  #serve(): void {
    if (this.#state === 'starting') this.#state = 'running';
    if (this.#state === 'stopping') return;
    for (const slot of this.#slots) this.#replacements.start(slot);
    void this.#deaths.watch();
    if (this.#config.supervisor.standIn) void this.#outages.watch();
    void this.#makeRounds();
    void this.#keepHistory();
  }

  async #keepHistory(): Promise<void> {
    const { recordHistory } = await import('./history/record.ts');
    this.#history = recordHistory(
      () => ({ workers: this.#crew.statuses, standInAnswered: this.#outages.status.answered }),
      this.ended,
    );
  }

  /** Of the instance and of its workers. */
  #healthReports(): readonly IndicatorReport[] {
    const { reports } = this.#config.health ?? NO_HEALTH;
    return [...reports(), ...this.#crew.health];
  }

  /** Loaded when somebody serves: until then there is nothing to see. */
  async #makeRounds(): Promise<void> {
    const { Rounds } = await import('./healing/rounds.ts');
    const rounds = new Rounds<WorkerProcess>({
      detect: this.#config.supervisor.detect,
      healer: this.#healer,
      workers: () => this.#crew.serving,
      health: () => this.#healthReports(),
    });
    rounds.start();
    await this.ended;
    rounds.stop();
  }

  #isStopping(): boolean {
    return this.#state === 'stopping';
  }

  #endIfIdle(failure?: string): void {
    if (this.#live.size > 0) return;
    this.#sockets.releaseAll();
    this.#relay.stop();
    const exitCode = failure === undefined ? 0 : 1;
    void this.#evidence.close().then(() => this.#end({ exitCode, failure }));
  }
}
