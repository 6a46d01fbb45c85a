import type { QuarantineScope } from '../../worker/index.ts';

/** What the quarantine does: nothing, count what it would shed, or shed it. */
export type QuarantineMode = 'off' | 'dry-run' | 'on';

export interface QuarantineEntryStatus {
  readonly id: string;
  readonly scope: QuarantineScope;
  /** Method and pattern of the route; the method alone where no pattern is known. */
  readonly name: string;
  /** Workers that died on such requests. */
  readonly deaths: number;
  readonly sinceMs: number;
  /** When one request is let through to see whether it still ends a worker. */
  readonly probeAtMs: number;
  /** That time has come, and the next such request is the probe. */
  readonly isProbing: boolean;
}

/** Requests that are shed because requests like them have ended several workers. Plain data. */
export interface QuarantineStatus {
  readonly mode: QuarantineMode;
  readonly entries: readonly QuarantineEntryStatus[];
  /** Quarantines since the start. */
  readonly begun: number;
}

export const NO_QUARANTINE: QuarantineStatus = Object.freeze({ mode: 'off', entries: [], begun: 0 });
