// Health as JSON, in the shape of Spring Boot Actuator, which dashboards, load balancers and people already read.
import type { HealthStatus, IndicatorReport } from '../core/health-link.ts';

/** One part of an answer. Only authenticated callers see details; a part that is made of parts has `components`. */
export interface HealthComponent {
  /** What the last check of this part found. */
  readonly status: HealthStatus;
  /** What the check says about itself; undefined for callers who may not see it. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
  /** Parts of this part, by name; undefined when it has none. */
  readonly components?: Readonly<Record<string, HealthComponent>> | undefined;
}

/** Health of one group, or of all indicators, in the shape of Spring Boot Actuator's `/health`. */
export interface GroupHealth {
  /** `DOWN` while a critical component is down. */
  readonly status: HealthStatus;
  /** What the group consists of, by name. */
  readonly components: Readonly<Record<string, HealthComponent>>;
}

/** The worst decides. Nobody goes where it isn't known yet whether what is critical works, so that is worse than to be up. */
const BY_SEVERITY: readonly HealthStatus[] = ['DOWN', 'OUT_OF_SERVICE', 'UNKNOWN', 'UP'];

/** The worst of them; `UP` of none. */
export function worstStatus(statuses: Iterable<HealthStatus>): HealthStatus {
  const found = new Set(statuses);
  return BY_SEVERITY.find((status) => found.has(status)) ?? 'UP';
}

/** Those of a group, or all. */
export function inGroup(
  reports: readonly IndicatorReport[],
  group: string | undefined,
): readonly IndicatorReport[] {
  return group === undefined ? reports : reports.filter(({ groups }) => groups.includes(group));
}

/** What a group comes to: only what is critical decides. */
export function groupStatus(reports: readonly IndicatorReport[], group?: string): HealthStatus {
  return worstStatus(
    inGroup(reports, group)
      .filter(({ critical }) => critical)
      .map(({ status }) => status),
  );
}

export function groupHealth(
  reports: readonly IndicatorReport[],
  group: string | undefined,
  entitled: boolean,
): GroupHealth {
  const components = inGroup(reports, group).map(
    (report) => [report.name, component(report, entitled)] as const,
  );
  return { status: groupStatus(reports, group), components: Object.fromEntries(components) };
}

/** @param entitled The caller may see peers, errors and details. */
function component(report: IndicatorReport, entitled: boolean): HealthComponent {
  const { status, critical, peer, error, sinceMs, slowSinceMs, durationMs, checkedAtMs, details } = report;
  if (!entitled) return { status };
  return {
    status,
    details: {
      ...details,
      peer,
      critical,
      error,
      since: iso(sinceMs),
      slowSince: iso(slowSinceMs),
      durationMs: durationMs === undefined ? undefined : Math.round(durationMs * 10) / 10,
      checkedAt: iso(checkedAtMs),
    },
  };
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
