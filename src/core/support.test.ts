// What an indicator may have reported, for tests of any folder. Named like a test so that it is not published.
import type { IndicatorReport } from './health-link.ts';

export function reportOf(name: string, given: Partial<IndicatorReport> = {}): IndicatorReport {
  return {
    name,
    groups: ['ready'],
    critical: true,
    status: 'UP',
    sinceMs: 1000,
    peer: `${name}:1`,
    trouble: given.status === 'DOWN' ? 'dependency-down' : undefined,
    slowSinceMs: undefined,
    error: given.status === 'DOWN' ? 'refused' : undefined,
    durationMs: 2,
    checkedAtMs: 2000,
    details: {},
    ...given,
  };
}
