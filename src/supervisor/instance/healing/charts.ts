// What is known of each worker, and of the machine around it.
import {
  Examination,
  type Finding,
  type ResolvedDetectOptions,
  UsualWaits,
} from '../../detect/detectors/index.ts';
import { type Circumstances, NOTHING_KNOWN } from '../../detect/diagnosis/index.ts';
import type { Traffic, WatchdogReport } from '../../../worker/index.ts';
import type { Patient } from './patient.ts';

/** Maximum of reports, of 250 ms each, that are kept of a worker. */
const REMEMBERED = 40;

export class Charts<Worker extends Patient> {
  readonly #detect: ResolvedDetectOptions;
  readonly #horizonMs: number;
  readonly #usual = new UsualWaits();
  readonly #examinations = new WeakMap<Worker, Examination>();
  readonly #reports = new WeakMap<Worker, readonly WatchdogReport[]>();
  #circumstances: Circumstances = NOTHING_KNOWN;

  /** @param horizonMs How long it takes to replace a worker that still answers. */
  constructor(detect: ResolvedDetectOptions, horizonMs: number) {
    this.#detect = detect;
    this.#horizonMs = horizonMs;
  }

  get circumstances(): Circumstances {
    return this.#circumstances;
  }

  /** What is known of the machine from now on. */
  surroundedBy(circumstances: Partial<Circumstances>): void {
    this.#circumstances = { ...this.#circumstances, ...circumstances };
  }

  circumstancesOf(worker: Worker): Circumstances {
    return { ...this.#circumstances, reports: this.#reports.get(worker) ?? [] };
  }

  lastReport(worker: Worker): WatchdogReport | undefined {
    return this.#reports.get(worker)?.at(-1);
  }

  /** What has become of the worker's requests in the last second. */
  heard(worker: Worker, traffic: Traffic, nowMs: number): void {
    this.#usual.learn(worker.id, traffic.answered, nowMs);
    this.#examinationOf(worker).heard(traffic, nowMs);
  }

  /** @returns What the detectors find, the worst first. */
  reported(worker: Worker, report: WatchdogReport, nowMs: number): readonly Finding[] {
    this.#reports.set(worker, [...(this.#reports.get(worker) ?? []).slice(1 - REMEMBERED), report]);
    return this.#examinationOf(worker).findings(report, nowMs, this.#memoryFor(report));
  }

  #examinationOf(worker: Worker): Examination {
    let examination = this.#examinations.get(worker);
    if (examination === undefined) {
      examination = new Examination(worker.id, this.#detect, this.#horizonMs, this.#usual);
      this.#examinations.set(worker, examination);
    }
    return examination;
  }

  /** Of all the memory there is, what others don't have. */
  #memoryFor({ rssBytes }: WatchdogReport): number | undefined {
    const { memory } = this.#circumstances;
    return memory === undefined ? undefined : Math.max(0, memory.limitBytes - memory.usedBytes) + rssBytes;
  }
}
