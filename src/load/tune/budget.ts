// The time that a run may take, and what of it an experiment needs.

/** Longest and shortest measurement of one rate. */
const LONGEST_PROBE_MS = 2000;
const SHORTEST_PROBE_MS = 250;
/** The part of the time that is left for starts that take longer than the first, and for the report. */
const RESERVE = 0.06;
/** Measurements that a whole run makes, about, with the restarts between them. */
const PROBES_OF_A_RUN = 90;

export class Budget {
  readonly probeMs: number;
  readonly #endMs: number;
  readonly #nowMs: () => number;

  constructor(forMs: number, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#endMs = nowMs() + (1 - RESERVE) * forMs;
    this.probeMs = Math.min(
      LONGEST_PROBE_MS,
      Math.max(SHORTEST_PROBE_MS, Math.round(forMs / PROBES_OF_A_RUN)),
    );
  }

  get leftMs(): number {
    return this.#endMs - this.#nowMs();
  }

  allows(ms: number): boolean {
    return ms <= this.leftMs;
  }
}
