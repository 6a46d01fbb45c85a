import { seconds } from '../../../core/units.ts';
import { Gap } from '../../../worker/index.ts';

import type { Finding } from './finding.ts';
import type { ResolvedBlockedLoop } from '../../workers/process/blocked.ts';

/** What can be seen of a worker from outside, at one moment. */
export interface SilenceReading {
  /** The last sample of its main thread, and the last report of its watchdog: others, when it has said something since. */
  readonly sample: unknown;
  readonly report: unknown;
  /** It is stopped by a signal or a debugger, or may be held by one. */
  readonly isHeld: boolean;
  /** What its main thread has spent in the run queue since it began, in ms; undefined where that is unknown. */
  readonly runQueueWaitMs: number | undefined;
}

/**
 * A worker from which neither main thread nor watchdog is heard. Pure.
 *
 * While its watchdog reports, that one knows best whether the event loop is blocked. Without one, or when it has died, silence is all
 * there is. It is counted as the watchdog counts a gap: the supervisor's own lateness and the run queue are left out.
 */
export class SilentWorker {
  readonly #gap: Gap;
  #sample: unknown;
  #report: unknown;
  #heard = 0;

  /** @param intervalMs How often {@link look} is called. */
  constructor(nowMs: number, intervalMs: number) {
    this.#gap = new Gap(nowMs, intervalMs);
  }

  /** How long nothing was heard although something could have been, in ms. */
  look(nowMs: number, { sample, report, isHeld, runQueueWaitMs }: SilenceReading): number {
    if (sample !== this.#sample || report !== this.#report) this.#heard += 1;
    this.#sample = sample;
    this.#report = report;
    this.#gap.tick(nowMs, this.#heard, runQueueWaitMs);
    if (isHeld) this.#gap.forgive();
    return this.#gap.ms;
  }
}

/** From `killMs` on the worker is killed. */
export function findSilentWorker(
  id: number,
  silentMs: number,
  { killMs }: ResolvedBlockedLoop,
): Finding | undefined {
  if (silentMs < killMs) return undefined;
  const summary = `nothing was heard of worker ${id} for ${seconds(silentMs)}: its event loop is blocked, and it has no watchdog`;
  return { cause: 'event-loop-blocked', severity: 'kill', summary, facts: [summary], gapMs: silentMs };
}
