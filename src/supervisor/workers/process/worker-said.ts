import type { AwakeClock } from '../../../core/awake-clock.ts';
import type { IndicatorReport } from '../../../core/health-link.ts';
import {
  type ExitWord,
  SAMPLE_INTERVAL_MS,
  type UncaughtError,
  type WaitingRoute,
  type WatchdogReport,
  type WorkerSample,
} from '../../../worker/index.ts';
import { judgeBlockedLoop, type ResolvedBlockedLoop } from './blocked.ts';
import type { LastWords } from './worker-end.ts';

/** A worker that was ready and that nothing is heard of for this long, from no thread, is called unresponsive: it may be stopped. */
const SILENT_MS = 3 * SAMPLE_INTERVAL_MS;

/** What a worker has said of itself last, and when. */
export class WorkerSaid {
  /** Requests that have waited for their answer for seconds, by route. */
  waiting: readonly WaitingRoute[] = [];
  /** What its health indicators have found. */
  health: readonly IndicatorReport[] = [];
  /** The last uncaught error. */
  #error: UncaughtError | undefined;
  /** What Node.js said when it ended the process in order. */
  #word: ExitWord | undefined;
  readonly #clock: AwakeClock;
  #sample: WorkerSample | undefined;
  #sampledAtMs = 0;
  #report: WatchdogReport | undefined;
  #reportedAtMs = -Infinity;

  constructor(clock: AwakeClock) {
    this.#clock = clock;
  }

  get sample(): WorkerSample | undefined {
    return this.#sample;
  }

  get sampleAgeMs(): number | undefined {
    return this.#sample === undefined ? undefined : this.#clock.nowMs() - this.#sampledAtMs;
  }

  /** Of its watchdog. */
  get report(): WatchdogReport | undefined {
    return this.#report;
  }

  get lastWords(): LastWords {
    return { error: this.#error, word: this.#word, report: this.#report };
  }

  /** What it says as it ends. */
  ends(message: UncaughtError | ExitWord): void {
    if (message.kind === 'exit') this.#word = message;
    else this.#error = message;
  }

  sampled(sample: WorkerSample): void {
    this.#sample = sample;
    this.#sampledAtMs = this.#clock.nowMs();
  }

  reported(report: WatchdogReport): void {
    this.#report = report;
    this.#reportedAtMs = this.#clock.nowMs();
  }

  /**
   * Whether its event loop is responsive, as far as is known. The watchdog knows it sooner and better than samples, which come from the
   * main thread itself.
   *
   * @param readySinceMs By the clock for judgements.
   */
  isResponsive(readySinceMs: number, blockedLoop: ResolvedBlockedLoop | false): boolean {
    const nowMs = this.#clock.nowMs();
    if (blockedLoop !== false && this.#report !== undefined && nowMs - this.#reportedAtMs <= SILENT_MS) {
      return judgeBlockedLoop(this.#report.gapMs, blockedLoop) === 'turning';
    }
    return nowMs - Math.max(readySinceMs, this.#sampledAtMs) <= SILENT_MS;
  }
}
