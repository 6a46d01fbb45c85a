import { duration } from '../../detect/detectors/figures.ts';
import type { Finding } from '../../detect/detectors/index.ts';
import type { HealedCause } from '../../causes.ts';
import { Repeats } from './repeats.ts';

/** How long a replacement that did not help is not tried again in its slot, in ms. */
const AGAIN_MS = 3_600_000;

/**
 * Decides whether a worker is replaced for a level, such as 75 % of its heap alive. A level that keeps growing calls for a new
 * worker each time. One that a new worker soon reaches again, and that then stays, is what the server needs: the worker is replaced
 * once for it, and then only reported.
 */
export class Levels {
  readonly #repeats = new Repeats(AGAIN_MS);

  /** A worker is replaced. */
  replaced(worker: number, slot: number, cause: HealedCause, nowMs: number): void {
    this.#repeats.replaced(worker, slot, keyOf(cause, slot), nowMs);
  }

  /** @returns What to do; `wait` while it is not known whether the level grows. A finding is to be reported, and nothing replaced. */
  judge(slot: number, finding: Finding, nowMs: number): 'replace' | 'wait' | Finding {
    const { growth, summary, facts } = finding;
    if (growth === undefined || growth === 'grows') return 'replace';
    const tried = this.#repeats.inVain(slot, keyOf(finding.cause, slot), nowMs);
    if (tried === undefined) return 'replace';
    if (growth === 'unknown') return 'wait';
    const why = `worker ${tried.worker} was replaced for the same ${duration(tried.agoMs)} ago, and it does not grow: the server needs it`;
    return { ...finding, severity: 'report', summary: `${summary}; ${why}`, facts: [why, ...facts] };
  }
}

function keyOf(cause: Finding['cause'], slot: number): string {
  return `${cause} in slot ${slot}`;
}
