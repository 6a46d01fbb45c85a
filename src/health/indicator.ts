import type { IndicatorReport } from '../core/health-link.ts';
import { type Attempt, attempt } from './attempt.ts';
import { processRedaction } from '../core/redact.ts';
import type { Clock } from './clock.ts';
import { readPeer } from './finding.ts';
import { type IndicatorState, judge, type Outcome, unchecked } from './judge.ts';
import type { ResolvedIndicatorOptions } from './options.ts';

/** A check that was given up may still be pending while the next one runs, not more. */
const PENDING_LIMIT = 2;

/**
 * Runs one check again and again, in the background, and keeps what is to be thought of it.
 *
 * From start to start it is `intervalMs`. A check that is past its time-out is given up: its outcome counts at once, the next
 * one starts in time. But a client that ignores the signal keeps its promise pending, and with it a connection or a place in
 * a queue: with two of them pending no further check is started, and each interval without one counts as a failure.
 */
export class Indicator {
  readonly name: string;
  readonly #options: ResolvedIndicatorOptions;
  readonly #clock: Clock;
  readonly #onChecked: () => void;
  #state: IndicatorState;
  #isStarted = false;
  #cancelNext: () => void = () => {};
  #running: Attempt | undefined;
  /** The next check is due and waits for the end of this one. */
  #overdue = false;
  #pending = 0;
  #report: IndicatorReport | undefined;

  constructor(name: string, options: ResolvedIndicatorOptions, clock: Clock, onChecked: () => void) {
    this.name = name;
    this.#options = options;
    this.#clock = clock;
    this.#onChecked = onChecked;
    this.#state = unchecked(clock.wallMs());
  }

  /** Checks at once, and from now on. Does nothing when it has been started. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#check();
  }

  /** Checks no more. What is under way is aborted, and what the check keeps open is closed. Never rejects. */
  async stop(): Promise<void> {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    this.#cancelNext();
    this.#running?.abandon();
    this.#running = undefined;
    await this.#close();
  }

  /** User code, which may throw or hang. */
  async #close(): Promise<void> {
    const { check, timeoutMs } = this.#options;
    if (check.close === undefined) return;
    const { promise: late, resolve: giveUp } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(timeoutMs, giveUp);
    try {
      await Promise.race([check.close(), late]);
    } catch {
      // What cannot be closed is of no use any more, and nothing waits for it.
    } finally {
      cancel();
    }
  }

  report(): IndicatorReport {
    this.#report ??= this.#makeReport();
    return this.#report;
  }

  #check(): void {
    const { check, intervalMs, timeoutMs } = this.#options;
    this.#overdue = false;
    this.#cancelNext = this.#clock.after(intervalMs, () => {
      // One that takes longer than the interval is waited for: it never overlaps with itself before its time-out.
      if (this.#running === undefined) this.#check();
      else this.#overdue = true;
    });
    if (this.#pending >= PENDING_LIMIT) {
      this.#judge({
        status: 'DOWN',
        durationMs: timeoutMs,
        error: `no answer within ${timeoutMs} ms, and two earlier checks still wait for theirs`,
        trouble: undefined,
        details: {},
      });
      return;
    }
    this.#pending += 1;
    const running = attempt(check, timeoutMs, this.#clock, {
      onOutcome: (outcome) => {
        if (this.#running === running) this.#running = undefined;
        this.#judge(outcome);
        // What was called about the outcome may have stopped it.
        if (this.#overdue && this.#isStarted) this.#check();
      },
      onSettled: () => {
        this.#pending -= 1;
      },
    });
    this.#running = running;
  }

  #judge(outcome: Outcome): void {
    this.#state = judge(this.#state, outcome, this.#clock.wallMs(), this.#options);
    this.#report = undefined;
    this.#onChecked();
  }

  #makeReport(): IndicatorReport {
    const { check, groups, critical } = this.#options;
    const { status, sinceMs, slowSinceMs, last, checkedAtMs, fault } = this.#state;
    return {
      name: this.name,
      groups,
      critical,
      status,
      sinceMs,
      peer: readPeer(check, processRedaction().redact),
      trouble: fault?.trouble ?? (slowSinceMs === undefined ? undefined : 'dependency-slow'),
      slowSinceMs,
      error: fault?.error,
      durationMs: last?.durationMs,
      checkedAtMs,
      details: last?.details ?? {},
    };
  }
}
