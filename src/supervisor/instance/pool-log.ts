// What the log says of workers.
import { VERSION } from '../../core/version.ts';
import type { ToSupervisor, WaitingRoute } from '../../worker/index.ts';
import type { Log } from '../log.ts';
import { describeExit } from '../workers/process/describe-exit.ts';
import type { Exit } from '../workers/process/worker-end.ts';
import type { WorkerProcess } from '../workers/process/worker-process.ts';
import type { Aftermath } from '../workers/slot/state.ts';
import type { SocketExchange } from '../workers/sockets/socket-exchange.ts';
import { ONE_REQUEST_MS } from './stop-requests.ts';

/** More would fill a screen. */
const MAX_LISTED = 5;

/** Minimum time without an iteration of the event loop that is named when a drain takes long, in ms. */
const BLOCKED_MS = 1000;

export class PoolLog {
  readonly #log: Log;
  readonly #sockets: SocketExchange;
  readonly #misunderstood = new WeakSet<WorkerProcess>();
  #saidOtherVersion = false;

  constructor(log: Log, sockets: SocketExchange) {
    this.#log = log;
    this.#sockets = sockets;
  }

  /** Logs what a worker tells of itself. */
  follow(worker: WorkerProcess): void {
    worker.on('message', (message) => this.#told(worker, message));
    worker.on('misunderstood', (error) => this.#couldNotRead(worker, error));
    worker.on('slow-drain', (forMs) => this.#slowDrain(worker, forMs));
  }

  ready(worker: WorkerProcess): void {
    const { addressTexts: addresses } = this.#sockets;
    this.#log.info(
      { ...fieldsOf(worker), addresses },
      `worker ${worker.id} is ready${addresses.length === 0 ? '' : `, listening on ${addresses.join(', ')}`}`,
    );
  }

  /** No worker serves in its place, so it does although it would wait. */
  acceptsAnyway(worker: WorkerProcess): void {
    this.#log.warn(
      fieldsOf(worker),
      `worker ${worker.id} ${worker.start.lack}; it serves all the same, since no other worker does`,
    );
  }

  /** What a worker says of itself that matters to people. */
  #told(worker: WorkerProcess, message: ToSupervisor): void {
    if (message.kind === 'unwatched') {
      this.#log.warn(
        { ...fieldsOf(worker), reason: message.reason },
        `worker ${worker.id} has no watchdog (${message.reason}): if its event loop blocks, it is killed and replaced without a stack`,
      );
    } else if (message.kind === 'other-version' && !this.#saidOtherVersion) {
      this.#saidOtherVersion = true;
      this.#log.warn(
        { ...fieldsOf(worker), version: message.version, supervisorVersion: VERSION },
        `worker ${worker.id} runs Respite ${message.version}, the supervisor ${VERSION}: the package was replaced underneath it; ` +
          'stop Respite and start it again (a rolling restart does not renew the supervisor)',
      );
    } else if (message.kind === 'warm-up') {
      const { done, of, tookMs, failure } = message;
      const state = `worker ${worker.id} warms up: ${done} of ${of} requests in ${(tookMs / 1000).toFixed(1)} s`;
      const fields = { ...fieldsOf(worker), done, of, tookMs };
      if (failure === undefined) this.#log.info(fields, state);
      else this.#log.warn({ ...fields, failure }, `${state}; ${failure}, which holds nothing back`);
    } else if (message.kind === 'uncounted') {
      this.#log.warn(
        { ...fieldsOf(worker), reason: message.reason },
        `worker ${worker.id} can't write its counters any more (${message.reason}): metrics show nothing of it from now on`,
      );
    }
  }

  /** What a worker said could not be understood. Once for each worker: one that is of another version says it all the time. */
  #couldNotRead(worker: WorkerProcess, error: unknown): void {
    if (this.#misunderstood.has(worker)) return;
    this.#misunderstood.add(worker);
    this.#log.warn(
      { ...fieldsOf(worker), err: error },
      `worker ${worker.id} sent a message that could not be understood; it is ignored`,
    );
  }

  /** One that was not to serve any more has ended. */
  ended(worker: WorkerProcess, exit: Exit): void {
    const ending = endingOf(worker, exit);
    const because = worker.killedBecause === undefined ? '' : `: it ${worker.killedBecause}`;
    this.#log.info(
      { ...fieldsOf(worker), ...exit },
      exit.signal === 'SIGKILL' ? `${ending}${because}${lostWith(worker)}` : `${ending}, drained`,
    );
  }

  #slowDrain(worker: WorkerProcess, forMs: number): void {
    const { report, waiting } = worker;
    const inFlight = report?.inFlight ?? 0;
    // A worker without servers drains at once, if its event loop runs.
    const isBlocked = report === undefined ? worker.readySinceMs === undefined : report.gapMs >= BLOCKED_MS;
    const what = isBlocked
      ? 'its event loop, which is blocked'
      : inFlight === 0
        ? 'idle connections'
        : `${inFlight} requests in flight${listed(waiting)}, and idle connections`;
    this.#log.info(
      { ...fieldsOf(worker), inFlight, waiting, forMs },
      `worker ${worker.id} drains: it waits for ${what}, for up to ${Math.max(0, forMs / 1000).toFixed(1)} s (supervisor.drainTimeoutMs)`,
    );
  }

  cut(worker: WorkerProcess, routes: readonly WaitingRoute[], drainTimeoutMs: number): void {
    const count = routes.reduce((sum, route) => sum + route.count, 0);
    this.#log.warn(
      { ...fieldsOf(worker), cut: routes },
      `worker ${worker.id}: ${count} requests are cut, since they had no whole answer after ${drainTimeoutMs / 1000} s (supervisor.drainTimeoutMs)${listed(routes)}`,
    );
  }

  /** One that was to serve has ended. */
  died(worker: WorkerProcess, exit: Exit, after: Aftermath): void {
    const fields = { ...fieldsOf(worker), ...exit };
    const ending = endingOf(worker, exit);
    if (after.kind === 'replacing' || after.kind === 'sick') {
      this.#log.info(fields, `${ending}; another worker is about to take its place`);
    } else if (after.kind === 'again') {
      const { delayMs } = after;
      this.#log.error(
        { ...fields, delayMs },
        `${ending}, which was to replace another; next try ${when(delayMs)}`,
      );
    } else if (after.kind === 'restart') {
      const { delayMs, isLoop: crashLoop, recentDeaths, hasStandby } = after;
      const next = hasStandby ? 'the standby takes its place' : undefined;
      const message = crashLoop
        ? `CRASH LOOP: ${ending}, the ${recentDeaths}th time within 60 s; ${next ?? `next try ${when(delayMs)}, and so on until it stays up`}`
        : `${ending}; ${next ?? `restarting ${when(delayMs)}`}`;
      this.#log.error({ ...fields, delayMs, ...(crashLoop ? { crashLoop } : {}) }, message);
    }
  }

  putOff(worker: WorkerProcess, delayMs: number, recentFaults: number): void {
    this.#log.error(
      { ...fieldsOf(worker), delayMs, crashLoop: true },
      `CRASH LOOP: ${recentFaults} workers of slot ${worker.slot} had to be replaced within 60 s; the next try is ${when(delayMs)}`,
    );
  }
}

/** The routes that have waited longest. */
function listed(routes: readonly WaitingRoute[]): string {
  if (routes.length === 0) return '';
  const shown = routes.slice(0, MAX_LISTED);
  const texts = shown.map(
    ({ route, count, oldestMs }) => `${count} of ${route} for ${(oldestMs / 1000).toFixed(1)} s`,
  );
  return ` (${texts.join(', ')}${routes.length > MAX_LISTED ? ', …' : ''})`;
}

function fieldsOf({ id, slot, pid }: WorkerProcess): object {
  return { worker: id, slot, workerPid: pid };
}

function endingOf({ id }: WorkerProcess, exit: Exit): string {
  return `worker ${id} ended with ${describeExit(exit)}`;
}

/** What a killed worker had in flight, by its last report. */
function lostWith({ report, waiting }: WorkerProcess): string {
  const inFlight = report?.inFlight ?? 0;
  return inFlight === 0 ? '' : `; ${inFlight} requests in flight are cut${listed(waiting)}`;
}

function when(delayMs: number): string {
  return delayMs === 0 ? 'at once' : `in ${(delayMs / 1000).toFixed(1)} s`;
}

export function logStop(log: Log, signal: NodeJS.Signals, atOnce: boolean): void {
  if (atOnce) log.warn({ signal }, 'stopping at once');
  else log.info({ signal }, 'stopping: requests in flight are finished first, once more to stop at once');
}

export function logSameSignal(log: Log, signal: NodeJS.Signals): void {
  log.info(
    { signal },
    `${signal} again within ${ONE_REQUEST_MS / 1000} s: Respite takes it for the same request. Send it once more to stop at once`,
  );
}

export function logDryRun(log: Log, dryRun: boolean): void {
  if (dryRun) log.warn({}, 'admission refuses nothing from now on and only counts what it would refuse');
  else log.info({}, 'admission refuses again what has to be refused');
}
