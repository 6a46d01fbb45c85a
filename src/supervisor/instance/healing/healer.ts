import { type Finding, type ResolvedDetectOptions } from '../../detect/detectors/index.ts';
import { type Circumstances, diagnose } from '../../detect/diagnosis/index.ts';
import type { Incident } from '../../incidents/incident.ts';
import type { IncidentLedger, OpenIncident } from '../../incidents/ledger.ts';
import { type HealedCause, isHealed } from '../../causes.ts';
import type { Traffic, WatchdogReport, WatchdogStack } from '../../../worker/index.ts';
import { Cases, type CasesConfig } from './cases.ts';
import { Charts } from './charts.ts';
import { DebuggedWorkers } from './debugged-workers.ts';
import { Levels } from './levels.ts';
import { Notices } from './notices.ts';
import type { Patient } from './patient.ts';
import { StuckWorkers } from './stuck-workers.ts';

export interface HealerConfig<Worker extends Patient> extends Omit<CasesConfig<Worker>, 'blockedLoop'> {
  readonly detect: ResolvedDetectOptions;
  readonly incidents: IncidentLedger;
  /** How long it takes to replace a worker in peace. */
  readonly drainTimeoutMs: number;
  readonly nowMs: () => number;
  /** What can be found out about a worker whose requests are stuck, in some milliseconds. */
  readonly investigate?: ((worker: Worker) => Promise<Partial<Circumstances>>) | undefined;
  /** A worker is being replaced, and its incident is open. */
  readonly onReplaced?: ((worker: Worker, cause: HealedCause) => void) | undefined;
  /** Something is not well but no reason to act: now there is time to begin to gather evidence. Once for each worker and cause. */
  readonly onWarning?: ((worker: Worker, cause: Incident['cause']) => void) | undefined;
}

/**
 * Acts on what the detectors find: opens incidents, and sees to it that the sick are replaced. The order is: another worker is started,
 * the stack of a blocked one is taken, the sick one is drained when the other one serves, and killed when it is past hope.
 */
export class Healer<Worker extends Patient> {
  readonly #config: HealerConfig<Worker>;
  readonly #charts: Charts<Worker>;
  readonly #cases: Cases<Worker>;
  readonly #notices: Notices<Worker>;
  readonly #stuck: StuckWorkers<Worker>;
  readonly #levels = new Levels();
  readonly #debugged: DebuggedWorkers<Worker>;

  constructor(config: HealerConfig<Worker>) {
    const { stuckRequests, blockedLoop } = config.detect;
    this.#config = config;
    this.#debugged = new DebuggedWorkers(config.log);
    this.#charts = new Charts(config.detect, config.drainTimeoutMs);
    this.#cases = new Cases({ ...config, blockedLoop });
    this.#notices = new Notices({
      log: config.log,
      nowMs: config.nowMs,
      open: (worker, finding, deed) => this.#open(worker, finding, deed),
      onWarning: config.onWarning,
    });
    this.#stuck = new StuckWorkers({
      log: config.log,
      nowMs: config.nowMs,
      againMs: stuckRequests === false ? 0 : stuckRequests.againMs,
      investigate: config.investigate,
      circumstancesOf: (worker) => this.#charts.circumstancesOf(worker),
      isSeenTo: (worker) => this.causeOf(worker) !== undefined || worker.state === 'draining',
      act: (worker, diagnosis) => this.#act(worker, diagnosis),
    });
  }

  /** Why this worker is being replaced; undefined when it is not. */
  causeOf(worker: Worker): HealedCause | undefined {
    return this.#cases.causeOf(worker);
  }

  /** What is known of the machine from now on. */
  surroundedBy(circumstances: Partial<Circumstances>): void {
    this.#charts.surroundedBy(circumstances);
  }

  /** What has become of a worker's requests in the last second. */
  heard(worker: Worker, traffic: Traffic): void {
    if (!this.#debugged.isHeld(worker)) this.#charts.heard(worker, traffic, this.#config.nowMs());
  }

  /** The watchdog of a worker that has been ready, and may be draining, says how things stand. */
  reported(worker: Worker, report: WatchdogReport): void {
    const nowMs = this.#config.nowMs();
    this.#debugged.reported(worker, report, nowMs);
    if (this.#debugged.isHeld(worker)) return;
    const findings = this.#charts.reported(worker, report, nowMs);
    this.#stuck.reported(worker, report, findings);
    for (const finding of findings) this.found(worker, finding);
  }

  /** A detector has found something about a worker. */
  found(worker: Worker, finding: Finding): void {
    // One that drains is on its way out, unless it can't go.
    if (worker.state === 'draining' && finding.cause !== 'event-loop-blocked') return;
    if (this.causeOf(worker) !== undefined) this.#cases.foundAgain(worker, finding);
    else if (finding.cause === 'stuck-requests') void this.#stuck.investigate(worker, finding);
    else this.#act(worker, diagnose(finding, this.#charts.circumstancesOf(worker)));
  }

  /** The same about the instance as a whole; undefined when it is over. */
  foundInGeneral(cause: Incident['cause'], finding: Finding | undefined): void {
    this.#notices.general(cause, finding && diagnose(finding, this.#charts.circumstances));
  }

  /** A sick worker has ended by itself, before it was drained or killed. */
  ended(worker: Worker, how: string): void {
    this.#cases.ended(worker, how);
  }

  /** The stack of a worker whose event loop is blocked. */
  stackTaken(worker: Worker, stack: WatchdogStack): void {
    this.#cases.stackTaken(worker, stack);
  }

  /** A worker has ended. */
  gone(worker: Worker): void {
    this.#stuck.gone(worker);
    this.#debugged.gone(worker);
  }

  #act(worker: Worker, finding: Finding): void {
    switch (finding.severity) {
      case 'warning':
        this.#notices.warn(worker, finding);
        break;
      case 'report':
        this.#notices.report(worker, finding);
        break;
      case 'incident':
        this.#notices.passed(worker, finding);
        break;
      case 'unready':
        this.#stuck.spare(worker, this.#charts.lastReport(worker), () =>
          this.#open(worker, finding, ': it is not ready until they are answered'),
        );
        break;
      case 'replace':
      case 'kill':
        this.#replace(worker, finding);
    }
  }

  #replace(worker: Worker, finding: Finding): void {
    const { cause } = finding;
    const nowMs = this.#config.nowMs();
    const verdict = this.#levels.judge(worker.slot, finding, nowMs);
    if (verdict === 'wait') return;
    if (verdict !== 'replace') this.#notices.report(worker, verdict);
    // It was explained by something that another worker would not change.
    else if (!isHealed(cause)) this.#notices.passed(worker, finding);
    else {
      this.#levels.replaced(worker.id, worker.slot, cause, nowMs);
      const open = this.#open(worker, finding, ': replacing it', this.#config.recovery);
      this.#cases.begin(worker, finding, cause, open);
      this.#config.onReplaced?.(worker, cause);
    }
  }

  /**
   * @param worker Undefined when it is about the instance as a whole.
   * @param where What is healed is over when that has proved itself; the rest when it is said to be.
   */
  #open(
    worker: Worker | undefined,
    finding: Finding,
    deed: string,
    where: Pick<IncidentLedger, 'open'> = this.#config.incidents,
  ): OpenIncident {
    const { cause, summary, facts } = finding;
    const { id, slot, pid } = worker ?? { id: 0, slot: 0, pid: process.pid };
    const report = worker === undefined ? undefined : this.#charts.lastReport(worker);
    const open = where.open({ cause, summary, facts, worker: { id, slot, pid }, report });
    const fields = worker === undefined ? {} : { worker: id, slot, workerPid: pid };
    this.#config.log.error({ ...fields, incident: open.incident.id, cause }, summary + deed);
    return open;
  }
}
