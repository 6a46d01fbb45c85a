import type { WatchdogReport } from '../../../worker/index.ts';
import type { Finding } from '../../detect/detectors/index.ts';
import { type Circumstances, diagnose } from '../../detect/diagnosis/index.ts';
import type { OpenIncident } from '../../incidents/ledger.ts';
import type { Log } from '../../log.ts';
import type { Patient } from './patient.ts';
import { Repeats } from './repeats.ts';

interface StuckWorkersConfig<Worker extends Patient> {
  readonly log: Log;
  readonly nowMs: () => number;
  /** How long a remedy that has not helped is not tried again. */
  readonly againMs: number;
  /** What can be found out about a worker, in some milliseconds. */
  readonly investigate: ((worker: Worker) => Promise<Partial<Circumstances>>) | undefined;
  /** What is known of it already. */
  readonly circumstancesOf: (worker: Worker) => Circumstances;
  /** It is being replaced for something else, or is on its way out. */
  readonly isSeenTo: (worker: Worker) => boolean;
  readonly act: (worker: Worker, diagnosis: Finding) => void;
}

/** A worker that is spared, since another one would fare no better. */
interface Spared {
  readonly open: OpenIncident;
  /** Requests that it had answered by then. */
  readonly answered: number;
}

/** Workers whose requests are stuck: finds out what they wait for, and looks after those that are not replaced for it. */
export class StuckWorkers<Worker extends Patient> {
  readonly #config: StuckWorkersConfig<Worker>;
  readonly #repeats: Repeats;
  readonly #investigated = new Set<Worker>();
  readonly #spared = new Map<Worker, Spared>();

  constructor(config: StuckWorkersConfig<Worker>) {
    this.#config = config;
    this.#repeats = new Repeats(config.againMs);
  }

  /** @param findings What was found in this report. */
  reported(worker: Worker, report: WatchdogReport, findings: readonly Finding[]): void {
    this.#repeats.seen(worker.id, answered(report) > 0);
    const spared = this.#spared.get(worker);
    if (spared === undefined) return;
    if (answered(report) > spared.answered) {
      this.#endSpared(worker, 'requests are answered again');
    } else if (findings.every(({ cause }) => cause !== 'stuck-requests')) {
      // No request waits any more. Only a new request can show whether it would answer.
      worker.hold(false);
    }
  }

  /** Its requests are stuck: finds out why, and acts on that. */
  async investigate(worker: Worker, finding: Finding): Promise<void> {
    if (this.#investigated.has(worker)) return;
    const { investigate, circumstancesOf, isSeenTo, act } = this.#config;
    this.#investigated.add(worker);
    const seen = (await investigate?.(worker).catch(() => ({}))) ?? {};
    this.#investigated.delete(worker);
    // Meanwhile it may have been found sick of something else, or have ended.
    if (isSeenTo(worker)) return;
    const nowMs = this.#config.nowMs();
    const circumstances = { ...circumstancesOf(worker), ...seen };
    const peer = circumstances.peers[0]?.peer ?? '';
    const triedBefore = this.#repeats.inVain(worker.slot, peer, nowMs);
    const diagnosis = diagnose(finding, { ...circumstances, triedBefore });
    if (diagnosis.severity === 'replace') {
      this.#repeats.replaced(worker.id, worker.slot, peer, nowMs);
      this.#endSpared(worker, 'another worker is answered: this one is replaced too');
    }
    act(worker, diagnosis);
  }

  /**
   * Not replaced: a new one would wait for the same.
   *
   * @param report Its last one.
   * @param open Opens the incident, once.
   */
  spare(worker: Worker, report: WatchdogReport | undefined, open: () => OpenIncident): void {
    worker.hold(true);
    if (this.#spared.has(worker)) return;
    this.#spared.set(worker, { open: open(), answered: report === undefined ? 0 : answered(report) });
  }

  /** A worker has ended. */
  gone(worker: Worker): void {
    this.#endSpared(worker, 'its worker has ended');
  }

  #endSpared(worker: Worker, what: string): void {
    const spared = this.#spared.get(worker);
    if (spared === undefined) return;
    this.#spared.delete(worker);
    worker.hold(false);
    const seconds = (spared.open.end(what) / 1000).toFixed(1);
    const { id } = spared.open.incident;
    this.#config.log.info(
      { worker: worker.id, incident: id },
      `worker ${worker.id}: ${what}, after ${seconds} s`,
    );
  }
}

function answered({ completions, abandoned }: WatchdogReport): number {
  return completions - abandoned;
}
