import type { IncidentCause } from '../../causes.ts';

/**
 * What is to be done about it:
 *
 * - `warning`: it is logged, once for each worker and cause.
 * - `report`: an incident is opened and ended, once for each worker and cause; the worker goes on serving.
 * - `incident`: an incident is opened, and ends by itself; replacing a worker would not help.
 * - `unready`: the same, and no new requests should come to the worker meanwhile.
 * - `replace`: the worker is replaced in peace: it is drained when another one serves.
 * - `kill`: it is past hope.
 */
export type Severity = 'warning' | 'report' | 'incident' | 'unready' | 'replace' | 'kill';

/** What a detector has found in its samples. Plain data. */
export interface Finding {
  readonly cause: IncidentCause;
  readonly severity: Severity;
  /** One sentence, without a full stop. */
  readonly summary: string;
  /** What it was concluded from, one sentence each. */
  readonly facts: readonly string[];
  /** How long the event loop has been blocked, in ms, if that is what was found. */
  readonly gapMs?: number | undefined;
  /** For a level that was reached, such as a share of the heap: whether it still grows. Undefined for what is no level. */
  readonly growth?: 'grows' | 'steady' | 'unknown' | undefined;
  /** Another worker answers what this one does not: it is not what all of them depend on. */
  readonly isAnsweredElsewhere?: boolean | undefined;
}
