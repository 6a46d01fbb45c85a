import type { CallFigures } from '../../storm/call-figures.ts';

/** What the demonstration of the cache shows. Plain data. */
export interface CacheRun {
  readonly generatedAt: string;
  readonly machine: string;
  readonly callsPerSecond: number;
  readonly mailsPerSecond: number;
  readonly users: number;
  readonly phases: readonly CachePhase[];
  readonly sides: readonly CacheSide[];
}

export interface CachePhase {
  /** `stopped`: while there is no Mailbox server. */
  readonly name: 'warm-up' | 'calm' | 'stopped' | 'after';
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface CacheSide {
  readonly name: string;
  /** With the cache. */
  readonly isProtected: boolean;
  readonly figures: Readonly<Record<CachePhase['name'], CallFigures>>;
  /** Requests that the webmail sent to the Mailbox server while it was calm, for each page that it showed. */
  readonly askedPerPage: number;
  readonly curves: readonly CacheCurvePoint[];
}

/** One second. */
export interface CacheCurvePoint {
  readonly atMs: number;
  readonly p99Ms: number | undefined;
  /** In percent. */
  readonly successPercent: number | undefined;
  readonly askedPerSecond: number;
  /** Of the pages of this second, in percent: shown without asking, fresh or stale. */
  readonly hitPercent: number | undefined;
}
