import type { WatchdogReport, WorkerSample } from '../../../worker/index.ts';
import { History, type Moment } from '../../../core/history.ts';

/** What is kept of each worker. */
export const WORKER_MEASURES = [
  /** Of the event loop, 0 idle to 1 busy. */
  'utilization',
  /** How late the event loop was, or how long it has not turned. */
  'loopDelayMs',
  'inFlight',
  'refusedPerSecond',
  /** Requests that were let in and have ended. */
  'completedPerSecond',
  'rssBytes',
  /** The old generation: now, and what was alive after the last major collection. */
  'heapBytes',
  'liveBytes',
  /** Of the whole process, 1 for one processor. */
  'processors',
] as const;

export type WorkerMeasure = (typeof WORKER_MEASURES)[number];

/** What is known of a worker at a moment. */
export interface WorkerReading {
  readonly sample: WorkerSample | undefined;
  readonly report: WatchdogReport | undefined;
  /** Processor time since its start; undefined where the system doesn't tell. */
  readonly cpuSeconds: number | undefined;
}

/** Counters, read once a second, become rates. */
export class WorkerHistory {
  readonly history: History<WorkerMeasure>;
  #atMs = Number.NaN;
  #refused = 0;
  #completed = 0;
  #cpuSeconds: number | undefined;

  /** @param length In seconds. */
  constructor(length: number) {
    this.history = new History(WORKER_MEASURES, length);
  }

  add(nowMs: number, { sample, report, cpuSeconds }: WorkerReading): void {
    const seconds = (nowMs - this.#atMs) / 1000;
    const refused = sample === undefined ? 0 : refusedIn(sample);
    const completed = report?.completions ?? 0;
    const moment: Moment<WorkerMeasure> = {
      atMs: nowMs,
      utilization: report?.utilization ?? sample?.eventLoopUtilization ?? Number.NaN,
      // Samples come from the event loop itself: while it stands still there are none.
      loopDelayMs: Math.max(report?.gapMs ?? 0, 1000 * (sample?.eventLoopDelayP99Seconds ?? 0)),
      inFlight: report?.inFlight ?? sample?.admission.inFlight ?? Number.NaN,
      refusedPerSecond: (refused - this.#refused) / seconds,
      completedPerSecond: (completed - this.#completed) / seconds,
      rssBytes: report?.rssBytes ?? sample?.rssBytes ?? Number.NaN,
      heapBytes: report?.oldGenerationBytes ?? sample?.heapUsedBytes ?? Number.NaN,
      liveBytes: report === undefined || report.liveBytes === 0 ? Number.NaN : report.liveBytes,
      processors: ((cpuSeconds ?? Number.NaN) - (this.#cpuSeconds ?? Number.NaN)) / seconds,
    };
    this.#atMs = nowMs;
    this.#refused = refused;
    this.#completed = completed;
    this.#cpuSeconds = cpuSeconds;
    this.history.add(moment);
  }
}

function refusedIn({ admission }: WorkerSample): number {
  return admission.requests.reduce(
    (sum, { decision, count }) => (decision === 'shed' ? sum + count : sum),
    admission.connectionsRefused,
  );
}
