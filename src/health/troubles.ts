import type { HealthTrouble, IndicatorReport } from '../core/health-link.ts';

/** Something that a server needs is not as it should be. Plain data, for diagnosis. */
export interface Trouble {
  /** What kind of fault it is. */
  readonly cause: HealthTrouble;
  /** Name of the indicator that says so. */
  readonly indicator: string;
  /** `host:port`, a path; the indicator's name when the check has not named it. */
  readonly peer: string;
  /** Whether the indicator's groups are down with it. */
  readonly critical: boolean;
  /** Milliseconds since 1970. */
  readonly sinceMs: number;
  /** What the last check said; undefined when it is only slow. */
  readonly error: string | undefined;
  /** What the last check took, in milliseconds. */
  readonly durationMs: number | undefined;
}

/**
 * What is down or slow now, what is critical first, then the longest.
 *
 * @example
 * ```ts
 * import { health, troubles } from 'respite/health';
 *
 * for (const { indicator, peer, error } of troubles(health.reports())) console.log(indicator, peer, error);
 * ```
 */
export function troubles(reports: readonly IndicatorReport[]): readonly Trouble[] {
  const found = reports.flatMap((report): readonly Trouble[] => {
    const { trouble, name, peer, critical, sinceMs, slowSinceMs, error, durationMs } = report;
    if (trouble === undefined) return [];
    const isSlow = trouble === 'dependency-slow' && slowSinceMs !== undefined;
    return [
      {
        cause: trouble,
        indicator: name,
        peer: peer ?? name,
        critical,
        sinceMs: isSlow ? slowSinceMs : sinceMs,
        error,
        durationMs,
      },
    ];
  });
  return found.toSorted((a, b) => Number(b.critical) - Number(a.critical) || a.sinceMs - b.sinceMs);
}
