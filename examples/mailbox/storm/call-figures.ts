import type { UserCall } from './protocol.ts';

export interface CallFigures {
  readonly calls: number;
  /** 0 to 1. */
  readonly success: number;
  /** Refused calls and errors are left out; a timeout counts with the time it took. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export function callFigures(calls: readonly UserCall[]): CallFigures {
  const latencies = calls
    .filter(({ outcome }) => outcome === 'ok' || outcome === 'timeout')
    .map(({ latencyMs }) => latencyMs);
  const succeeded = calls.filter(({ outcome }) => outcome === 'ok').length;
  return {
    calls: calls.length,
    success: calls.length === 0 ? 1 : succeeded / calls.length,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  };
}

/** The smallest value that a share of `q` of all values does not exceed; 0 of none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? 0;
}
