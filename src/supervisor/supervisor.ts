import path from 'node:path';
import type { ResolvedAdmissionOptions } from '../admission/index.ts';
import { RespiteError } from '../core/errors.ts';
import { describeExit } from './coming-up.ts';
import { Healer } from './healer.ts';
import { IncidentLedger } from './incident/ledger.ts';
import type { OnIncident } from './incident/incident.ts';
import type { Log } from './log.ts';
import type { ResolvedSupervisorOptions } from './options.ts';
import { ParentRelay } from './parent-relay.ts';
import { Replacements } from './replacements.ts';
import { emptySlot, type Slot } from './slot.ts';
import { SocketExchange } from './socket-exchange.ts';
import type { HealedCause, InstanceState, SupervisorStatus } from './status.ts';
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
  readonly log: Log;
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
    if (config.onIncident !== undefined) this.#incidents.subscribe(config.onIncident);
    this.#healer = new Healer({
      detect: config.supervisor.detect,
      log: config.log,
      nowMs: () => Date.now(),
      drainTimeoutMs: config.supervisor.drainTimeoutMs,
      incidents: this.#incidents,
      replace: async (worker, cause) => {
        const slot = this.#slots[worker.slot - 1];
        if (slot === undefined) return 'it has no place';
        const heal = (): Promise<string | undefined> => this.#replacements.heal(slot, worker, cause);
        return config.inTurn === undefined ? heal() : config.inTurn(cause, heal);
      },
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
    this.#log.info({}, 'leaving the load balancer: readiness is down, requests are still served');
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

  stop(signal: NodeJS.Signals): void {
    if (this.#state === 'stopping') {
      this.#log.warn({ signal }, 'stopping at once');
      for (const worker of this.#live) worker.kill();
      return;
    }
    this.#state = 'stopping';
    this.#log.info({ signal }, 'stopping: requests in flight are finished first, once more to stop at once');
    this.#sockets.releaseAll();
    for (const slot of this.#slots) clearTimeout(slot.restartTimer);
    for (const worker of this.#live) worker.end(signal);
    this.#endIfIdle();
  }

  #spawn(slot: Slot): WorkerProcess {
    const { script, args, admission, supervisor } = this.#config;
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
        relaysMessages: process.connected,
        drainTimeoutMs: supervisor.drainTimeoutMs,
        killTimeoutMs: supervisor.killTimeoutMs,
      },
    });
    this.#live.add(worker);
    worker.on('ready', () => this.#ready(worker));
    worker.on('message', (message) => {
      if (message.kind === 'unwatched') this.#unwatched(worker, message.reason);
    });
    // A worker that has not been ready has nobody to serve, and one that has ended nothing more to say.
    const isJudged = (): boolean =>
      this.#live.has(worker) && worker.readySinceMs !== undefined && !this.#isStopping();
    worker.on('report', (report) => {
      if (isJudged()) this.#healer.reported(worker, report);
    });
    worker.on('stack', (stack) => this.#healer.stackTaken(worker, stack));
    worker.on('exit', (exit) => this.#exited(worker, slot, exit));
    this.#relay.join(worker);
    this.#sockets.join(worker);
    return worker;
  }

  #ready(worker: WorkerProcess): void {
    const addresses = this.#sockets.addresses.map(({ address, port, family }) =>
      family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`,
    );
    this.#log.info(
      { worker: worker.id, slot: worker.slot, workerPid: worker.pid, addresses },
      `worker ${worker.id} is ready${addresses.length === 0 ? '' : `, listening on ${addresses.join(', ')}`}`,
    );
    if (this.#everReady) return;
    this.#everReady = true;
    if (this.#state === 'starting') this.#state = 'running';
    if (this.#state === 'stopping') return;
    for (const slot of this.#slots) slot.current ??= this.#spawn(slot);
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
      this.#endIfIdle(this.#startFailure(exit));
    } else if (slot.replacement !== worker) {
      const sick = this.#healer.causeOf(worker);
      if (sick !== undefined && slot.replacement !== undefined) {
        this.#log.info(fields, `${ending}; another worker is about to take its place`);
        return;
      }
      const cause = sick ?? (exit.signal === null ? 'exit' : 'signal');
      this.#replacements.restart(slot, worker, cause, fields, ending);
    }
  }

  #isStopping(): boolean {
    return this.#state === 'stopping';
  }

  #startFailure(exit: Exit): string | undefined {
    if (exit.code === 0) return undefined;
    const ending = `${this.#scriptName} ended with ${describeExit(exit)} before it listened`;
    const { takenPort } = this.#sockets;
    return takenPort === undefined ? ending : `${ending}: ${takenPort} is already in use`;
  }

  #endIfIdle(failure?: string): void {
    if (this.#live.size > 0) return;
    this.#sockets.releaseAll();
    this.#relay.stop();
    this.#end({ exitCode: failure === undefined ? 0 : 1, failure });
  }
}
