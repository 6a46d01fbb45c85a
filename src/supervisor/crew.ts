import path from 'node:path';
import type { IndicatorReport } from '../core/health-link.ts';
import { MAX_ROUTES, OTHER_ROUTE } from '../core/route-labels.ts';
import { describeExit, describeFailedStart } from './process/coming-up.ts';
import type { SupervisorConfig } from './contract.ts';
import type { Deaths } from './crash/index.ts';
import type { Evidence } from './evidence/index.ts';
import type { Healer } from './healing/healer.ts';
import { logHealth } from './health-log.ts';
import type { Outages } from './stand-in/outages.ts';
import type { ParentRelay } from './process/parent-relay.ts';
import type { Recovery } from './healing/recovery.ts';
import type { Replacements } from './replacing/replacements.ts';
import type { Slot } from './replacing/slot.ts';
import type { SocketExchange } from './sockets/socket-exchange.ts';
import type { SupervisorStatus, WorkerStatus } from './status.ts';
import { type SpawnedWorker, spawnWorker, workerSpec } from './process/spawn-worker.ts';
import { Totals } from './counters/totals.ts';
import type { Exit } from './process/worker-end.ts';
import { WorkerProcess } from './process/worker-process.ts';

interface CrewConfig extends Pick<
  SupervisorConfig,
  'script' | 'args' | 'supervisor' | 'admission' | 'backpressure' | 'log'
> {
  /** Those that run now. Only the crew changes it. */
  readonly live: Set<WorkerProcess>;
  readonly sockets: SocketExchange;
  readonly relay: ParentRelay;
  readonly evidence: Evidence;
  readonly healer: Healer<WorkerProcess>;
  readonly deaths: Deaths;
  readonly outages: Outages;
  readonly recovery: Recovery;
  readonly replacements: Replacements;
  readonly isStopping: () => boolean;
  /** Once. */
  readonly onFirstReady: () => void;
  /** The first worker has ended before it listened. @param failure Undefined when it ended well. */
  readonly onFailedStart: (failure: string | undefined) => void;
  /** One has ended while everything stops. */
  readonly onStopped: () => void;
}

/** The workers: starts each, brings it together with all who have to do with it, and sees to what its end means. */
export class Crew {
  readonly #config: CrewConfig;
  #hasServed = false;
  #dryRun: boolean;
  #lastId = 0;
  readonly #totals: Totals;
  /** How many have been started for each slot. */
  readonly #started = new Map<number, number>();
  /** How many of them before each worker. */
  readonly #restarts = new WeakMap<WorkerProcess, number>();

  constructor(config: CrewConfig) {
    this.#config = config;
    this.#totals = new Totals(() => {
      config.log.warn(
        { routes: MAX_ROUTES },
        `there are more than ${MAX_ROUTES} routes: in metrics those that came later share the label ${OTHER_ROUTE}`,
      );
    });
    this.#dryRun = config.admission.dryRun;
  }

  /** Whether any worker has ever been ready. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  get dryRun(): boolean {
    return this.#dryRun;
  }

  /** Counters of all workers, also of those that have ended. */
  get totals(): SupervisorStatus['totals'] {
    for (const { id, sample } of this.#config.live) {
      if (sample !== undefined) this.#totals.report(id, sample.instruments);
    }
    return this.#totals.read();
  }

  /** Those that run, in the order of their slots. */
  get statuses(): readonly WorkerStatus[] {
    return [...this.#config.live]
      .map((worker) => worker.status(this.#restarts.get(worker) ?? 0))
      .toSorted((a, b) => a.slot - b.slot || a.id - b.id);
  }

  /** What their health indicators have found. */
  get health(): readonly IndicatorReport[] {
    return [...this.#config.live].flatMap(({ health }) => health);
  }

  /** Those that serve, and are to go on. */
  get serving(): readonly WorkerProcess[] {
    return [...this.#config.live].filter(
      ({ readySinceMs, state }) => readySinceMs !== undefined && state !== 'draining',
    );
  }

  find(workerId: number): WorkerProcess | undefined {
    return [...this.#config.live].find(({ id }) => id === workerId);
  }

  /** Also of those to come. */
  setDryRun(dryRun: boolean): void {
    this.#dryRun = dryRun;
    for (const worker of this.#config.live) worker.tell({ kind: 'dry-run', dryRun });
  }

  /** @param spawned Its process, if that has been started already. */
  spawn(slot: Slot, spawned?: SpawnedWorker): WorkerProcess {
    const { live, sockets, relay, evidence } = this.#config;
    const spec = workerSpec(this.#config, {
      id: (this.#lastId += 1),
      slot: slot.number,
      keys: sockets.keys,
      dryRun: this.#dryRun,
    });
    const worker = new WorkerProcess(spec, spawned ?? spawnWorker(spec));
    const before = this.#started.get(slot.number) ?? 0;
    this.#started.set(slot.number, before + 1);
    this.#restarts.set(worker, before);
    live.add(worker);
    this.#totals.join(worker.id, worker.counters);
    evidence.join(worker);
    this.#follow(worker, slot);
    relay.join(worker);
    sockets.join(worker);
    return worker;
  }

  #follow(worker: WorkerProcess, slot: Slot): void {
    const { log, live, healer, outages, isStopping } = this.#config;
    worker.on('ready', () => this.#ready(worker));
    worker.on('listens', () => outages.look());
    worker.on('message', (message) => {
      if (message.kind === 'unwatched') this.#unwatched(worker, message.reason);
      if (message.kind === 'uncounted') this.#uncounted(worker, message.reason);
    });
    worker.on('health', (after, before) => logHealth(log, after, before, worker.id));
    // A worker that has not been ready has nobody to serve, and one that has ended nothing more to say.
    const isJudged = (): boolean => live.has(worker) && worker.readySinceMs !== undefined && !isStopping();
    worker.on('report', (report) => {
      if (isJudged()) healer.reported(worker, report);
      if (report.gapMs === 0 && outages.status.isPresent) outages.look();
    });
    worker.on('stack', (stack) => healer.stackTaken(worker, stack));
    worker.on('exit', (exit) => this.#exited(worker, slot, exit));
  }

  #ready(worker: WorkerProcess): void {
    const { log, sockets, recovery, onFirstReady } = this.#config;
    const { addressTexts: addresses } = sockets;
    log.info(
      { worker: worker.id, slot: worker.slot, workerPid: worker.pid, addresses },
      `worker ${worker.id} is ready${addresses.length === 0 ? '' : `, listening on ${addresses.join(', ')}`}`,
    );
    recovery.ready(worker.slot);
    if (this.#hasServed) return;
    this.#hasServed = true;
    onFirstReady();
  }

  #unwatched({ id, slot, pid }: WorkerProcess, reason: string): void {
    this.#config.log.warn(
      { worker: id, slot, workerPid: pid, reason },
      `worker ${id} has no watchdog (${reason}): if it hangs, nobody will see why`,
    );
  }

  #uncounted({ id, slot, pid }: WorkerProcess, reason: string): void {
    this.#config.log.warn(
      { worker: id, slot, workerPid: pid, reason },
      `worker ${id} can't write its counters any more (${reason}): metrics show nothing of it from now on`,
    );
  }

  #exited(worker: WorkerProcess, slot: Slot, exit: Exit): void {
    const { live, log, script, evidence, healer, sockets } = this.#config;
    const { isStopping, onStopped, onFailedStart } = this.#config;
    const expected = worker.state === 'draining';
    live.delete(worker);
    evidence.leave(worker);
    healer.gone(worker);
    sockets.leave(worker);
    if (worker.sample !== undefined) this.#totals.report(worker.id, worker.sample.instruments);
    this.#totals.leave(worker.id);
    if (slot.current === worker) slot.current = undefined;

    const fields = { worker: worker.id, slot: slot.number, workerPid: worker.pid, ...exit };
    const ending = `worker ${worker.id} ended with ${describeExit(exit)}`;
    if (isStopping()) {
      log.info(fields, ending);
      onStopped();
    } else if (expected) {
      log.info(fields, exit.signal === 'SIGKILL' ? ending : `${ending}, drained`);
    } else if (!this.#hasServed) {
      onFailedStart(describeFailedStart(path.basename(script), exit, sockets.takenPort));
    } else {
      this.#died(worker, slot, exit, fields, ending);
    }
  }

  /** A worker has ended that was to serve, or about to. */
  #died(worker: WorkerProcess, slot: Slot, exit: Exit, fields: object, ending: string): void {
    const { log, deaths, healer, replacements } = this.#config;
    const death = deaths.examine(worker, exit);
    const sick = healer.causeOf(worker);
    const isBack = (): boolean => slot.current?.readySinceMs !== undefined;
    if (slot.replacement === worker) {
      // Whoever heals says of the incident itself why no other worker came.
      const isHealing = slot.current !== undefined && healer.causeOf(slot.current) !== undefined;
      if (!isHealing) void deaths.report(worker, death, { kind: 'given-up' }, isBack);
      return;
    }
    if (sick !== undefined) healer.ended(worker, describeExit(exit));
    if (sick !== undefined && slot.replacement !== undefined) {
      log.info(fields, `${ending}; another worker is about to take its place`);
      return;
    }
    const cause = sick ?? (exit.signal === null ? 'exit' : 'signal');
    const { fromOutside, readyForMs = 0 } = death;
    const restart = replacements.restart(slot, { fromOutside, readyForMs }, cause, fields, ending);
    if (sick !== undefined) return;
    const { crashLoop, delayMs, history } = restart;
    const after = { kind: 'restart', delayMs, crashLoop, recentDeaths: history.recentMs.length } as const;
    void deaths.report(worker, death, after, isBack);
  }
}
