import { CAUSES, type IncidentCause, zeroes } from '../causes.ts';
import type { Incident } from './incident.ts';

/** Incidents of this instance by cause, as numbers that only a new start of Respite sets back. */
export interface IncidentCounts {
  /** Those that are over, by the cause that was known in the end. Never goes down. */
  readonly ended: Readonly<Record<IncidentCause, number>>;
  /** Those that last, by the cause that is known by now. */
  readonly open: Readonly<Record<IncidentCause, number>>;
}

/** All causes, so that a series exists before its first incident: a rate can't be taken of what was never 0. */
export const NO_INCIDENTS: Readonly<Record<IncidentCause, number>> = Object.freeze(zeroes(CAUSES));

/**
 * Counts incidents. One is counted when it is over: what its cause was may turn out only then, and a counter can't take
 * anything back.
 */
export class IncidentCounter {
  readonly #ended: Record<IncidentCause, number> = { ...NO_INCIDENTS };
  readonly #open = new Map<string, IncidentCause>();

  /** Something changed about an incident. */
  changed({ id, cause, endedAtMs }: Incident): void {
    if (endedAtMs === undefined) {
      this.#open.set(id, cause);
      // What is learned of one that is over changes nothing: it was counted.
    } else if (this.#open.delete(id)) {
      this.#ended[cause] += 1;
    }
  }

  get counts(): IncidentCounts {
    const open: Record<IncidentCause, number> = { ...NO_INCIDENTS };
    for (const cause of this.#open.values()) open[cause] += 1;
    return { ended: { ...this.#ended }, open };
  }
}
