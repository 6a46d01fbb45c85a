import type { QuarantineRules, Suspect, ToSupervisor, ToWorker, WatchdogReport } from '../../worker/index.ts';
import type { IncidentCause } from '../causes.ts';
import type { Log } from '../log.ts';
import { MAX_QUARANTINES, type QuarantineEntry, QuarantineRegistry } from './registry.ts';
import type { QuarantineMode, QuarantineStatus } from './status.ts';

/** Ends of a worker that the request it was at can be blamed for. */
const BLAMED: ReadonlySet<IncidentCause> = new Set([
  'event-loop-blocked',
  'gc-death-spiral',
  'crash',
  'killed-by-kernel',
]);

/** How often it is looked whether a time has come, in ms. */
const LOOK_MS = 1000;

/** How long a script may clean up after an error that nothing has caught, in ms. */
const CLEAN_UP_MS = 10_000;

/** A worker as the quarantine sees it. */
export interface QuarantinedWorker {
  readonly id: number;
  readonly slot: number;
  readonly state: string;
  tell(message: ToWorker): void;
  on(event: 'suspect', listener: (suspect: Suspect, isEnding: boolean) => void): unknown;
  on(event: 'report', listener: (report: WatchdogReport) => void): unknown;
  on(event: 'message', listener: (message: ToSupervisor) => void): unknown;
}

interface QuarantinesConfig<Worker extends QuarantinedWorker> {
  /** What the workers that are started now are told; a rolling restart may change it. */
  readonly mode: () => QuarantineMode;
  readonly log: Log;
  /** All workers that run now. */
  readonly live: ReadonlySet<Worker>;
  /** Writes into the incident of a slot. */
  readonly remark: (slot: number, what: string) => void;
  /** A clock for judgements. */
  readonly nowMs: () => number;
}

/** What is known of a worker that runs, or has just ended. */
interface Known {
  suspect: Suspect | undefined;
  /** Until then the suspect counts although the event loop is responsive: the script may clean up before it exits. */
  suspectUntilMs: number;
  /** It is being replaced, or has ended, for a cause that a request can be blamed for. */
  isBlamed: boolean;
  /** It counts among the deaths. */
  isJudged: boolean;
  /** The quarantine that began with it, for its incident. */
  begun: string | undefined;
  /** The rules that it was sent last. */
  sent: string;
}

const NO_RULES: QuarantineRules = { version: 0, isAlert: false, rules: [], watched: [] };

/** Learns on which requests workers die, and has all workers shed those that ended several; see docs/design/quarantine.md. */
export class Quarantines<Worker extends QuarantinedWorker> {
  readonly #config: QuarantinesConfig<Worker>;
  readonly #registry = new QuarantineRegistry();
  readonly #known = new WeakMap<Worker, Known>();
  #looking: NodeJS.Timeout | undefined;

  constructor(config: QuarantinesConfig<Worker>) {
    this.#config = config;
  }

  get status(): QuarantineStatus {
    const nowMs = this.#config.nowMs();
    const wallMs = Date.now();
    return {
      mode: this.#config.mode(),
      begun: this.#registry.begun,
      entries: this.#registry.entries.map(({ id, scope, name, deaths, sinceMs, probeMs }) => ({
        id,
        scope,
        name,
        deaths,
        sinceMs: Math.round(wallMs + sinceMs - nowMs),
        probeAtMs: Math.round(wallMs + probeMs - nowMs),
        isProbing: nowMs >= probeMs,
      })),
    };
  }

  /** A worker has been started. */
  join(worker: Worker): void {
    if (this.#config.mode() === 'off') return;
    const known: Known = {
      suspect: undefined,
      suspectUntilMs: -Infinity,
      isBlamed: false,
      isJudged: false,
      begun: undefined,
      sent: JSON.stringify(NO_RULES),
    };
    this.#known.set(worker, known);
    worker.on('suspect', (suspect, isEnding) => {
      known.suspect = suspect;
      known.suspectUntilMs = isEnding ? this.#config.nowMs() + CLEAN_UP_MS : -Infinity;
      this.#judge(worker, known);
    });
    worker.on('report', ({ gapMs }) => {
      // It came back from what it was at.
      const isBack = gapMs === 0 && this.#config.nowMs() >= known.suspectUntilMs;
      if (isBack && !known.isBlamed) known.suspect = undefined;
      this.#judge(worker, known);
    });
    worker.on('message', (message) => {
      if (message.kind === 'served') this.#registry.served(message.keys, this.#config.nowMs());
      else if (message.kind === 'probe-served') this.#release(message.id, 'its probe was answered');
    });
    this.#send(worker);
  }

  /** A worker is being replaced, or has ended, and its incident is open. */
  blame(worker: Worker, cause: IncidentCause): void {
    const known = this.#known.get(worker);
    if (known === undefined || known.isBlamed || !BLAMED.has(cause)) return;
    known.isBlamed = true;
    this.#registry.alert(this.#config.nowMs());
    // It was judged while it was blocked, and its incident has opened since.
    if (known.begun !== undefined) this.#config.remark(worker.slot, known.begun);
    this.#judge(worker, known);
    this.#sendAll();
  }

  /** @returns False if there is no such quarantine. */
  release(id: string): boolean {
    return this.#release(id, 'released by command');
  }

  #judge({ id: worker, slot, state }: Worker, known: Known): void {
    const { suspect } = known;
    if (suspect === undefined || known.isJudged) return;
    const { log, remark, nowMs } = this.#config;
    // Blocked on what another worker has died on: it need not die as well before the next one is spared.
    const isLost = state === 'unresponsive' && this.#registry.isSuspected(suspect, nowMs());
    if (!known.isBlamed && !isLost) return;
    known.isJudged = true;
    const entry = this.#registry.died(worker, suspect, nowMs());
    if (entry !== undefined) {
      const what = `${entry.id} begins: ${describe(entry)} ended or blocked ${entry.deaths} workers and ${this.#deed()}`;
      known.begun = `quarantine ${what}`;
      if (known.isBlamed) remark(slot, known.begun);
      log.warn({ worker, quarantine: entry.id, scope: entry.scope }, `quarantine ${what}`);
    } else if (this.#registry.isFull) {
      log.warn({ worker }, `there are ${MAX_QUARANTINES} quarantines: no more are made until one ends`);
    }
    this.#sendAll();
  }

  #deed(): string {
    return this.#config.mode() === 'on' ? 'are shed from now on' : 'would be shed (dry run)';
  }

  #release(id: string, why: string): boolean {
    const entry = this.#registry.release(id);
    if (entry === undefined) return false;
    this.#config.log.info({ quarantine: id }, `quarantine ${id} of ${describe(entry)} ends: ${why}`);
    this.#sendAll();
    return true;
  }

  #sendAll(): void {
    for (const worker of this.#config.live) this.#send(worker);
    const isNeeded = this.#registry.entries.length > 0 || this.#registry.isAlert(this.#config.nowMs());
    if (isNeeded) {
      this.#looking ??= setInterval(() => this.#look(), LOOK_MS).unref();
    } else {
      clearInterval(this.#looking);
      this.#looking = undefined;
    }
  }

  #look(): void {
    for (const entry of this.#registry.expire(this.#config.nowMs())) {
      const { id } = entry;
      this.#config.log.info({ quarantine: id }, `quarantine ${id} of ${describe(entry)} ends: none came`);
    }
    this.#sendAll();
  }

  #send(worker: Worker): void {
    const known = this.#known.get(worker);
    if (known === undefined) return;
    const nowMs = this.#config.nowMs();
    const rules: QuarantineRules = {
      version: this.#registry.deaths,
      isAlert: this.#registry.isAlert(nowMs),
      rules: this.#registry.rules(nowMs, worker === this.#prober()),
      watched: this.#registry.watched(nowMs),
    };
    const text = JSON.stringify(rules);
    if (text === known.sent) return;
    known.sent = text;
    worker.tell({ kind: 'quarantine', rules });
  }

  /** The worker that lets probes through: one, so that one dies at most. */
  #prober(): Worker | undefined {
    for (const worker of this.#config.live) if (worker.state === 'ready') return worker;
    return undefined;
  }
}

/** Which requests are meant. */
function describe({ scope, name }: Pick<QuarantineEntry, 'scope' | 'name'>): string {
  switch (scope) {
    case 'request':
      return `identical requests (${name}) by one caller`;
    case 'caller':
      return `requests of one shape (${name}) by one caller`;
    case 'everyone':
      return `requests of one shape (${name})`;
    default:
      return scope satisfies never;
  }
}
