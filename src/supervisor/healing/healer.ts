import { Examination, type Finding, type ResolvedDetectOptions } from '../detect/index.ts';
import { type Circumstances, diagnose, NOTHING_KNOWN } from '../diagnosis/index.ts';
import { culprit, type Incident } from '../incident/incident.ts';
import type { IncidentLedger, OpenIncident } from '../incident/ledger.ts';
import type { Log } from '../log.ts';
import type { Patient } from './patient.ts';
import type { Recovery } from './recovery.ts';
import { type HealedCause, isHealed } from '../status.ts';
import { StuckWorkers } from './stuck-workers.ts';
import type { WatchdogReport, WatchdogStack } from '../../worker/index.ts';

export interface HealerConfig<Worker extends Patient> {
  readonly detect: ResolvedDetectOptions;
  readonly log: Log;
  readonly incidents: IncidentLedger;
  readonly recovery: Recovery;
  /** How long it takes to replace a worker in peace. */
  readonly drainTimeoutMs: number;
  /**
   * Puts another worker in the place of this one, which is drained when that is ready and evidence is collected. Resolves when the old one has ended:
   * with undefined, or with why no other could take its place.
   */
  readonly replace: (
    worker: Worker,
    cause: HealedCause,
    collected: Promise<void>,
  ) => Promise<string | undefined>;
  /** Asks a worker that is being replaced for evidence. Resolves when it may be ended, soon; never rejects. Default: nobody asks. */
  readonly collect?: ((worker: Worker, incident: Incident) => Promise<void>) | undefined;
  readonly nowMs: () => number;
  /** What can be found out about a worker whose requests are stuck, in some milliseconds. */
  readonly investigate?: ((worker: Worker) => Promise<Partial<Circumstances>>) | undefined;
  /** Where in the kernel the main thread of a worker stands, in one sentence. */
  readonly whereInKernel?: ((worker: Worker) => Promise<string | undefined>) | undefined;
  /** Something is not well but no reason to act: now there is time to begin to gather evidence. Once for each worker and cause. */
  readonly onWarning?: ((worker: Worker, cause: Incident['cause']) => void) | undefined;
}

/** A worker that is being replaced. */
interface Case {
  readonly cause: HealedCause;
  readonly open: OpenIncident;
  condemned: boolean;
  /** It was asked where in the kernel it stands. */
  located: boolean;
}

/** So many reports, of 250 ms each, are looked back upon. */
const REMEMBERED = 40;

/** What passes by itself is told of no more often than that. */
const TOLD_AGAIN_MS = 300_000;

/** A stack is there within a tenth of a second, or comes when a call returns. */
const STACK_LATE_MS = 1500;

/**
 * Acts on what the detectors find: opens incidents, and sees to it that the sick are replaced. The order is: another worker is started,
 * the stack of a blocked one is taken, the sick one is drained when the other one serves, and killed when it is past hope.
 */
export class Healer<Worker extends Patient> {
  readonly #config: HealerConfig<Worker>;
  readonly #stuck: StuckWorkers<Worker>;
  readonly #cases = new Map<Worker, Case>();
  readonly #examinations = new WeakMap<Worker, Examination>();
  readonly #reports = new WeakMap<Worker, readonly WatchdogReport[]>();
  readonly #warned = new WeakMap<Worker, Set<string>>();
  /** Incidents of the instance as a whole, while they last, and when those that pass by themselves were told of. */
  readonly #general = new Map<string, OpenIncident>();
  readonly #toldAtMs = new Map<string, number>();
  #circumstances: Circumstances = NOTHING_KNOWN;

  constructor(config: HealerConfig<Worker>) {
    const { stuckRequests } = config.detect;
    this.#config = config;
    this.#stuck = new StuckWorkers({
      log: config.log,
      nowMs: config.nowMs,
      againMs: stuckRequests === false ? 0 : stuckRequests.againMs,
      investigate: config.investigate,
      circumstancesOf: (worker) => this.#circumstancesOf(worker),
      isSeenTo: (worker) => this.#cases.has(worker) || worker.state === 'draining',
      act: (worker, diagnosis) => this.#act(worker, diagnosis),
    });
  }

  /** Why this worker is being replaced, or was; undefined when nothing is wrong with it. */
  causeOf(worker: Worker): HealedCause | undefined {
    return this.#cases.get(worker)?.cause;
  }

  /** What is known of the machine from now on. */
  surroundedBy(circumstances: Partial<Circumstances>): void {
    this.#circumstances = { ...this.#circumstances, ...circumstances };
  }

  /** The watchdog of a worker that has been ready, and may be draining, says how things stand. */
  reported(worker: Worker, report: WatchdogReport): void {
    const { detect, drainTimeoutMs, nowMs } = this.#config;
    this.#reports.set(worker, [...(this.#reports.get(worker) ?? []).slice(1 - REMEMBERED), report]);
    let examination = this.#examinations.get(worker);
    if (examination === undefined) {
      examination = new Examination(worker.id, detect, drainTimeoutMs);
      this.#examinations.set(worker, examination);
    }
    const findings = examination.findings(report, nowMs(), this.#memoryFor(report));
    this.#stuck.reported(worker, report, findings);
    for (const finding of findings) this.found(worker, finding);
  }

  /** A detector has found something about a worker. */
  found(worker: Worker, finding: Finding): void {
    // One that drains is on its way out, unless it can't go.
    if (worker.state === 'draining' && finding.cause !== 'event-loop-blocked') return;
    const known = this.#cases.get(worker);
    if (known !== undefined) {
      this.#seeToKnown(worker, known, finding);
    } else if (finding.cause === 'stuck-requests') {
      void this.#stuck.investigate(worker, finding);
    } else {
      this.#act(worker, diagnose(finding, this.#circumstancesOf(worker)));
    }
  }

  /** The same about the instance as a whole; undefined when it is over. */
  foundInGeneral(cause: Incident['cause'], finding: Finding | undefined): void {
    const open = this.#general.get(cause);
    if (finding === undefined) {
      this.#general.delete(cause);
      if (open === undefined) return;
      open.end('over');
      this.#config.log.info({ incident: open.incident.id, cause }, `${cause} is over`);
    } else if (open === undefined) {
      this.#general.set(cause, this.#openIncident(undefined, diagnose(finding, this.#circumstances), ''));
    }
  }

  /** A sick worker has ended by itself, before it was drained or killed. */
  ended(worker: Worker, how: string): void {
    const found = this.#cases.get(worker);
    if (found?.condemned === false) found.open.step(`it ended with ${how} before it could be drained`);
  }

  /** The stack of a worker whose event loop is blocked. */
  stackTaken(worker: Worker, { frames, gapMs }: WatchdogStack): void {
    const found = this.#cases.get(worker);
    if (found === undefined || found.open.incident.stack !== undefined) return;
    const where = culprit(frames);
    const { id, summary } = found.open.incident;
    const isWhy = where !== undefined && found.cause === 'event-loop-blocked';
    found.open.step(`stack taken after ${(gapMs / 1000).toFixed(1)} s: ${where ?? 'no function of yours'}`, {
      summary: isWhy ? `${summary}, in ${where}` : summary,
      stack: frames,
    });
    this.#config.log.error(
      { worker: worker.id, incident: id, stack: frames.slice(0, 5) },
      `worker ${worker.id} is blocked in ${where ?? 'no function of yours'}`,
    );
  }

  /** A worker has ended. */
  gone(worker: Worker): void {
    this.#stuck.gone(worker);
  }

  #seeToKnown(worker: Worker, known: Case, finding: Finding): void {
    if (finding.cause !== 'event-loop-blocked') return;
    const gapMs = this.#reports.get(worker)?.at(-1)?.gapMs ?? 0;
    if (finding.severity === 'kill' && !known.condemned) this.#kill(worker, known, gapMs);
    const { blockedLoop } = this.#config.detect;
    const isLate = blockedLoop !== false && gapMs >= blockedLoop.evidenceMs + STACK_LATE_MS;
    if (isLate && known.open.incident.stack === undefined && !known.located) void this.#locate(worker, known);
  }

  #kill(worker: Worker, known: Case, gapMs: number): void {
    const seconds = (gapMs / 1000).toFixed(1);
    known.condemned = true;
    known.open.step(`killed: its event loop has not turned for ${seconds} s`);
    this.#config.log.warn(
      { worker: worker.id, incident: known.open.incident.id, gapMs },
      `worker ${worker.id} is killed: its event loop has not turned for ${seconds} s`,
    );
    worker.kill();
  }

  /** No stack could be taken, so it stands in a call that JavaScript does not come back from. */
  async #locate(worker: Worker, known: Case): Promise<void> {
    known.located = true;
    const place = await this.#config.whereInKernel?.(worker).catch(() => undefined);
    const { facts, id, endedAtMs, stack } = known.open.incident;
    if (place === undefined || endedAtMs !== undefined || stack !== undefined) return;
    known.open.step(`no stack could be taken; its main thread is ${place}`, { facts: [...facts, place] });
    this.#config.log.error({ worker: worker.id, incident: id }, `worker ${worker.id} is ${place}`);
  }

  #act(worker: Worker, finding: Finding): void {
    switch (finding.severity) {
      case 'warning':
        this.#warn(worker, finding);
        break;
      case 'incident':
        this.#tell(worker, finding);
        break;
      case 'unready':
        this.#stuck.spare(worker, this.#reports.get(worker)?.at(-1), () =>
          this.#openIncident(worker, finding, ': it is not ready until they are answered'),
        );
        break;
      case 'replace':
      case 'kill':
        this.#openCase(worker, finding);
    }
  }

  #warn(worker: Worker, { cause, summary, facts }: Finding): void {
    const warned = this.#warned.get(worker) ?? new Set();
    this.#warned.set(worker, warned);
    if (warned.has(cause)) return;
    warned.add(cause);
    this.#config.log.warn({ worker: worker.id, cause, facts }, summary);
    this.#config.onWarning?.(worker, cause);
  }

  /** What is over when it is found, so that there is nothing to heal. */
  #tell(worker: Worker, finding: Finding): void {
    const { cause } = finding;
    const nowMs = this.#config.nowMs();
    if (nowMs - (this.#toldAtMs.get(cause) ?? -Infinity) < TOLD_AGAIN_MS) return;
    this.#toldAtMs.set(cause, nowMs);
    this.#openIncident(worker, finding, '').end('over');
  }

  #openCase(worker: Worker, finding: Finding): void {
    if (!isHealed(finding.cause)) {
      // It was explained by something that another worker would not change.
      this.#tell(worker, finding);
      return;
    }
    const open = this.#openIncident(worker, finding, ': replacing it', this.#config.recovery);
    const opened: Case = { cause: finding.cause, open, condemned: false, located: false };
    this.#cases.set(worker, opened);
    void this.#replace(worker, opened);
    if (finding.severity === 'kill') {
      this.#kill(worker, opened, this.#reports.get(worker)?.at(-1)?.gapMs ?? 0);
    }
  }

  /**
   * @param worker Undefined when it is about the instance as a whole.
   * @param where What is healed is over when that has proved itself; the rest when it is said to be.
   */
  #openIncident(
    worker: Worker | undefined,
    finding: Finding,
    deed: string,
    where: Pick<IncidentLedger, 'open'> = this.#config.incidents,
  ): OpenIncident {
    const { log } = this.#config;
    const { cause, summary, facts } = finding;
    const { id, slot, pid } = worker ?? { id: 0, slot: 0, pid: process.pid };
    const report = worker === undefined ? undefined : this.#reports.get(worker)?.at(-1);
    const open = where.open({ cause, summary, facts, worker: { id, slot, pid }, report });
    const fields = worker === undefined ? {} : { worker: id, slot, workerPid: pid };
    log.error({ ...fields, incident: open.incident.id, cause }, summary + deed);
    return open;
  }

  async #replace(worker: Worker, { cause, open }: Case): Promise<void> {
    const { log, recovery, replace, collect } = this.#config;
    const { id } = open.incident;
    const { promise: collected, resolve: collectedNow } = Promise.withResolvers<void>();
    const replaced = replace(worker, cause, collected);
    // Once the replacement is on its way.
    void (collect?.(worker, open.incident) ?? Promise.resolve()).finally(collectedNow);
    const problem = await replaced.catch(String);
    this.#cases.delete(worker);
    if (problem === undefined) {
      const seconds = (recovery.replaced(open) / 1000).toFixed(1);
      log.info({ worker: worker.id, incident: id }, `worker ${worker.id} is replaced, after ${seconds} s`);
    } else {
      recovery.giveUp(open, `not replaced: ${problem}`);
      log.error(
        { worker: worker.id, incident: id, problem },
        `worker ${worker.id} is not replaced: ${problem}`,
      );
    }
  }

  #circumstancesOf(worker: Worker): Circumstances {
    return { ...this.#circumstances, reports: this.#reports.get(worker) ?? [] };
  }

  /** Of all the memory there is, what others don't have. */
  #memoryFor({ rssBytes }: WatchdogReport): number | undefined {
    const { memory } = this.#circumstances;
    return memory === undefined ? undefined : Math.max(0, memory.limitBytes - memory.usedBytes) + rssBytes;
  }
}
