// Findings that nothing is replaced for.
import type { Finding } from '../../detect/detectors/index.ts';
import type { Incident, IncidentOutcome } from '../../incidents/incident.ts';
import type { OpenIncident } from '../../incidents/ledger.ts';
import type { Log } from '../../log.ts';
import type { Patient } from './patient.ts';

/** Minimum time between two incidents of a cause that passes by itself, in ms. */
const AGAIN_MS = 300_000;

interface NoticesConfig<Worker extends Patient> {
  readonly log: Log;
  readonly nowMs: () => number;
  /** @param worker Undefined for the instance as a whole. @param deed The end of the log line. */
  readonly open: (worker: Worker | undefined, finding: Finding, deed: string) => OpenIncident;
  /** A warning was logged. Once for each worker and cause. */
  readonly onWarning: ((worker: Worker, cause: Incident['cause']) => void) | undefined;
}

export class Notices<Worker extends Patient> {
  readonly #config: NoticesConfig<Worker>;
  /** What was logged or reported of each worker, which happens once. */
  readonly #given = new WeakMap<Worker, Set<string>>();
  /** Incidents of the instance as a whole, while they last. */
  readonly #general = new Map<string, OpenIncident>();
  readonly #passedAtMs = new Map<string, number>();

  constructor(config: NoticesConfig<Worker>) {
    this.#config = config;
  }

  /** Logs a warning, once for each worker and cause. */
  warn(worker: Worker, { cause, summary, facts }: Finding): void {
    if (!this.#isFirst(worker, `warning ${cause}`)) return;
    this.#config.log.warn({ worker: worker.id, cause, facts }, summary);
    this.#config.onWarning?.(worker, cause);
  }

  /** An incident of something that is over when it is found. */
  passed(worker: Worker, finding: Finding): void {
    const { cause } = finding;
    const nowMs = this.#config.nowMs();
    if (nowMs - (this.#passedAtMs.get(cause) ?? -Infinity) < AGAIN_MS) return;
    this.#passedAtMs.set(cause, nowMs);
    this.#config.open(worker, finding, '').end('over');
  }

  /** An incident of something that lasts and that a replacement would not change, once for each worker and cause. */
  report(worker: Worker, finding: Finding): void {
    if (!this.#isFirst(worker, `report ${finding.cause}`)) return;
    const outcome: IncidentOutcome = 'unresolved';
    this.#config.open(worker, finding, ': it goes on serving').end('reported; it goes on serving', outcome);
  }

  /** Something about the instance as a whole; undefined when it is over. */
  general(cause: Incident['cause'], finding: Finding | undefined): void {
    const open = this.#general.get(cause);
    if (finding === undefined) {
      this.#general.delete(cause);
      if (open === undefined) return;
      open.end('over');
      this.#config.log.info({ incident: open.incident.id, cause }, `${cause} is over`);
    } else if (open === undefined) {
      this.#general.set(cause, this.#config.open(undefined, finding, ''));
    }
  }

  #isFirst(worker: Worker, what: string): boolean {
    const given = this.#given.get(worker) ?? new Set();
    this.#given.set(worker, given);
    if (given.has(what)) return false;
    given.add(what);
    return true;
  }
}
