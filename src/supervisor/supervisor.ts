import path from 'node:path';
import type { ResolvedAdmissionOptions } from '../admission/index.ts';
import type { BackpressureOptions } from '../backpressure/index.ts';
import { RespiteError } from '../core/errors.ts';
import type { IndicatorReport } from '../core/health-link.ts';
import { Departure } from './balancer/departure.ts';
import { describeExit, describeFailedStart } from './coming-up.ts';
import { Deaths, watchKernelKills } from './crash/index.ts';
import { logHealth } from './health-log.ts';
import { Evidence } from './evidence/index.ts';
import type { Captured, OnDemand } from './evidence/on-demand.ts';
import { Healer } from './healer.ts';
import { IncidentLedger } from './incident/ledger.ts';
import type { OnIncident } from './incident/incident.ts';
import type { Log } from './log.ts';
import type { ResolvedSupervisorOptions } from './options.ts';
import { Outages } from './outages.ts';
import { ParentRelay } from './parent-relay.ts';
import { Recovery } from './recovery.ts';
import { Replacements } from './replacements.ts';
import { HEALTHY_MS } from './restart-policy.ts';
import { emptySlot, type Slot } from './slot.ts';
import { SocketExchange } from './socket-exchange.ts';
import {
  type HealedCause,
  type HealthSource,
  type InstanceState,
  NO_HEALTH,
  type SupervisorStatus,
} from './status.ts';
import { addSample, NO_TOTALS } from './totals.ts';
import { type Exit, WorkerProcess } from './worker-process.ts';

/** What to run and how. */
export interface SupervisorConfig {
  /** Absolute path of the user's script. */
  readonly script: string;
  /** The script's own arguments. */
  readonly args: readonly string[];
  readonly supervisor: ResolvedSupervisorOptions;
  readonly admission: ResolvedAdmissionOptions;
  readonly backpressure: BackpressureOptions | undefined;
  readonly log: Log;
  /** Default: no indicators. */
  readonly health?: HealthSource | undefined;
  readonly onIncident?: OnIncident | undefined;
  /** Runs a healing when it is this instance's turn in its fleet. Default: at once. */
  readonly inTurn?:
    | ((cause: HealedCause, heal: () => Promise<string | undefined>) => Promise<string | undefined>)
    | undefined;
}

/** How it all ended. `failure` says in one line what went wrong, undefined when it was asked to stop. */
export interface Ended {
  readonly exitCode: number;
  readonly failure: string | undefined;
}

/** The parent of the workers. Runs from `startSupervisor` until `ended`. */
export interface Supervisor {
  status(): SupervisorStatus;
  /** Leaves the load balancer: readiness goes down for good; requests are still served. Does nothing the second time. */
  drain(): void;
  /** Makes every worker, also those to come, refuse nothing and only count what it would refuse, or refuse again. */
  setDryRun(dryRun: boolean): void;
  /**
   * Replaces every worker, one slot after the other, each when its replacement is ready. Rejects with a `RespiteError`
   * when a replacement does not come up; its predecessor then stays. Does nothing while a restart is under way.
   */
  restart(): Promise<void>;
  /**
   * Leaves the load balancer, and stops when it sends no more requests; called again, or `stop` meanwhile, at once. Before
   * anything was ready it does not wait.
   */
  leave(signal: NodeJS.Signals): void;
  /**
   * Asks a worker that is there for something. Rejects with a `RespiteError`, `RESPITE_SUPERVISOR_CAPTURE_FAILED`, when it can't
   * tell.
   *
   * @param seconds For how long to look, for a profile.
   */
  capture(workerId: number, what: OnDemand, seconds: number): Promise<Captured>;
  /** Ends gracefully, handing `signal` to the workers when they are drained; called again, at once. */
  stop(signal: NodeJS.Signals): void;
  /** Settles when no worker is left and none will come. Never rejects. */
  readonly ended: Promise<Ended>;
}

/** Starts the first worker at once, the others when the first one listens. */
export function startSupervisor(config: SupervisorConfig): Supervisor {
  const supervisor = new WorkerSupervisor(config);
  supervisor.start();
  return supervisor;
}

class WorkerSupervisor implements Supervisor {
  readonly ended: Promise<Ended>;

  readonly #config: SupervisorConfig;
  readonly #log: Log;
  readonly #scriptName: string;
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
  readonly #end: (ended: Ended) => void;
  #state: InstanceState = 'starting';
  #everReady = false;
  #restarting = false;
  #dryRun: boolean;
  #lastId = 0;
  /** Counters of the workers that have ended. */
  #totals = NO_TOTALS;

  constructor(config: SupervisorConfig) {
    this.#config = config;
    this.#log = config.log;
    this.#dryRun = config.admission.dryRun;
    this.#sockets = new SocketExchange(config.supervisor.listeningCopies, config.log);
    this.#scriptName = path.basename(config.script);
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
      kernelKills: watchKernelKills(),
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
      investigate: async (worker) => (await import('./rounds.ts')).investigate(worker),
      whereInKernel: async (worker) => (await import('./rounds.ts')).whereInKernel(worker),
    });
    this.#replacements = new Replacements({
      log: config.log,
      startTimeoutMs: config.supervisor.startTimeoutMs,
      spawn: (slot) => this.#spawn(slot),
      isStopping: () => this.#isStopping(),
    });
    const { promise, resolve } = Promise.withResolvers<Ended>();
    this.ended = promise;
    this.#end = resolve;
  }

  start(): void {
    this.#relay.start();
    const [first] = this.#slots;
    if (first !== undefined) first.current = this.#spawn(first);
  }

  status(): SupervisorStatus {
    const samples = [...this.#live].flatMap(({ sample }) => sample ?? []);
    const health = this.#config.health ?? NO_HEALTH;
    return {
      state: this.#state,
      script: this.#config.script,
      startedAtMs: this.#startedAtMs,
      workersWanted: this.#slots.length,
      workers: [...this.#live]
        .map((worker) => worker.status())
        .toSorted((a, b) => a.slot - b.slot || a.id - b.id),
      sockets: this.#sockets.addresses,
      restarts: this.#replacements.counts,
      standIn: this.#outages.status,
      health: { readyShare: health.readyShare, indicators: health.reports() },
      restarting: this.#restarting,
      dryRun: this.#dryRun,
      incidents: this.#incidents.recent,
      incidentCounts: this.#incidents.counts,
      totals: samples.reduce(addSample, this.#totals),
    };
  }

  drain(): void {
    if (this.#state !== 'running' && this.#state !== 'starting') return;
    this.#state = 'draining';
    this.#departure.begin();
    this.#log.info({}, 'leaving the load balancer: readiness is down, requests are still served');
  }

  async capture(workerId: number, what: OnDemand, seconds: number): Promise<Captured> {
    const worker = [...this.#live].find(({ id }) => id === workerId);
    if (worker === undefined) {
      throw new RespiteError('RESPITE_SUPERVISOR_CAPTURE_FAILED', `there is no worker ${workerId}`);
    }
    const { incidents } = this.#config.supervisor;
    const { captureNow } = await import('./evidence/on-demand.ts');
    return captureNow(worker, what, seconds, incidents === false ? undefined : incidents.directory);
  }

  setDryRun(dryRun: boolean): void {
    if (dryRun === this.#dryRun) return;
    this.#dryRun = dryRun;
    if (dryRun)
      this.#log.warn({}, 'admission refuses nothing from now on and only counts what it would refuse');
    else this.#log.info({}, 'admission refuses again what has to be refused');
    for (const worker of this.#live) worker.tell({ kind: 'dry-run', dryRun });
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
    if (this.#isStopping() || this.#departure.isWaiting || !this.#everReady) {
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

  #spawn(slot: Slot): WorkerProcess {
    const { script, args, admission, backpressure, supervisor } = this.#config;
    const { keys } = this.#sockets;
    const worker = new WorkerProcess({
      id: (this.#lastId += 1),
      slot: slot.number,
      script,
      args,
      heapMb: supervisor.heapMb,
      detect: supervisor.detect,
      keys,
      setup: {
        admission: { ...admission, dryRun: this.#dryRun },
        backpressure,
        relaysMessages: process.connected,
        drainTimeoutMs: supervisor.drainTimeoutMs,
        killTimeoutMs: supervisor.killTimeoutMs,
      },
    });
    this.#live.add(worker);
    this.#evidence.join(worker);
    worker.on('ready', () => this.#ready(worker));
    worker.on('listens', () => this.#outages.look());
    worker.on('message', (message) => {
      if (message.kind === 'unwatched') this.#unwatched(worker, message.reason);
    });
    worker.on('health', (after, before) => logHealth(this.#log, after, before, worker.id));
    // A worker that has not been ready has nobody to serve, and one that has ended nothing more to say.
    const isJudged = (): boolean =>
      this.#live.has(worker) && worker.readySinceMs !== undefined && !this.#isStopping();
    worker.on('report', (report) => {
      if (isJudged()) this.#healer.reported(worker, report);
      if (report.gapMs === 0 && this.#outages.status.isPresent) this.#outages.look();
    });
    worker.on('stack', (stack) => this.#healer.stackTaken(worker, stack));
    worker.on('exit', (exit) => this.#exited(worker, slot, exit));
    this.#relay.join(worker);
    this.#sockets.join(worker);
    return worker;
  }

  #ready(worker: WorkerProcess): void {
    const { addressTexts: addresses } = this.#sockets;
    this.#log.info(
      { worker: worker.id, slot: worker.slot, workerPid: worker.pid, addresses },
      `worker ${worker.id} is ready${addresses.length === 0 ? '' : `, listening on ${addresses.join(', ')}`}`,
    );
    this.#recovery.ready(worker.slot);
    if (this.#everReady) return;
    this.#everReady = true;
    if (this.#state === 'starting') this.#state = 'running';
    if (this.#state === 'stopping') return;
    for (const slot of this.#slots) this.#replacements.start(slot);
    if (this.#config.supervisor.standIn) void this.#outages.watch();
    void this.#makeRounds();
  }

  /** Of the instance and of its workers. */
  #healthReports(): readonly IndicatorReport[] {
    const { reports } = this.#config.health ?? NO_HEALTH;
    return [...reports(), ...[...this.#live].flatMap(({ health }) => health)];
  }

  /** Loaded when somebody serves: until then there is nothing to see. */
  async #makeRounds(): Promise<void> {
    const { Rounds } = await import('./rounds.ts');
    const rounds = new Rounds<WorkerProcess>({
      detect: this.#config.supervisor.detect,
      healer: this.#healer,
      workers: () =>
        [...this.#live].filter(
          ({ readySinceMs, state }) => readySinceMs !== undefined && state !== 'draining',
        ),
      health: () => this.#healthReports(),
    });
    rounds.start();
    await this.ended;
    rounds.stop();
  }

  #unwatched({ id, slot, pid }: WorkerProcess, reason: string): void {
    this.#log.warn(
      { worker: id, slot, workerPid: pid, reason },
      `worker ${id} has no watchdog (${reason}): if it hangs, nobody will see why`,
    );
  }

  #exited(worker: WorkerProcess, slot: Slot, exit: Exit): void {
    const expected = worker.state === 'draining';
    this.#live.delete(worker);
    this.#evidence.leave(worker);
    this.#healer.gone(worker);
    this.#sockets.leave(worker);
    if (worker.sample !== undefined) this.#totals = addSample(this.#totals, worker.sample);
    if (slot.current === worker) slot.current = undefined;

    const fields = { worker: worker.id, slot: slot.number, workerPid: worker.pid, ...exit };
    const ending = `worker ${worker.id} ended with ${describeExit(exit)}`;
    if (this.#state === 'stopping') {
      this.#log.info(fields, ending);
      this.#endIfIdle();
    } else if (expected) {
      this.#log.info(fields, exit.signal === 'SIGKILL' ? ending : `${ending}, drained`);
    } else if (!this.#everReady) {
      this.#state = 'stopping';
      this.#endIfIdle(describeFailedStart(this.#scriptName, exit, this.#sockets.takenPort));
    } else {
      this.#died(worker, slot, exit, fields, ending);
    }
  }

  /** A worker has ended that was to serve, or about to. */
  #died(worker: WorkerProcess, slot: Slot, exit: Exit, fields: object, ending: string): void {
    const death = this.#deaths.examine(worker, exit);
    const sick = this.#healer.causeOf(worker);
    const isBack = (): boolean => slot.current?.readySinceMs !== undefined;
    if (slot.replacement === worker) {
      // Whoever heals says of the incident itself why no other worker came.
      const isHealing = slot.current !== undefined && this.#healer.causeOf(slot.current) !== undefined;
      if (!isHealing) void this.#deaths.report(worker, death, { kind: 'given-up' }, isBack);
      return;
    }
    if (sick !== undefined) this.#healer.ended(worker, describeExit(exit));
    if (sick !== undefined && slot.replacement !== undefined) {
      this.#log.info(fields, `${ending}; another worker is about to take its place`);
      return;
    }
    const cause = sick ?? (exit.signal === null ? 'exit' : 'signal');
    const { fromOutside, readyForMs = 0 } = death;
    const restart = this.#replacements.restart(slot, { fromOutside, readyForMs }, cause, fields, ending);
    if (sick !== undefined) return;
    const { crashLoop, delayMs, history } = restart;
    const after = { kind: 'restart', delayMs, crashLoop, recentDeaths: history.recentMs.length } as const;
    void this.#deaths.report(worker, death, after, isBack);
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
