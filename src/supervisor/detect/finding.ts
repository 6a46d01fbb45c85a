import type { IncidentCause } from '../incident/incident.ts';

/**
 * What is to be done about it:
 *
 * - `warning`: it is said, once for each worker and cause.
 * - `incident`: an incident is opened, and ends by itself; replacing a worker would not help.
 * - `unready`: the same, and no new requests should come to the worker meanwhile.
 * - `replace`: the worker is replaced in peace: it is drained when another one serves.
 * - `kill`: it is past hope.
 */
export type Severity = 'warning' | 'incident' | 'unready' | 'replace' | 'kill';

/** What a detector has found in its samples. Plain data. */
export interface Finding {
  readonly cause: IncidentCause;
  readonly severity: Severity;
  /** One sentence, without a full stop. */
  readonly summary: string;
  /** What it was concluded from, one sentence each. */
  readonly facts: readonly string[];
}
