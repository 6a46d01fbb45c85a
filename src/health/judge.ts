// What is to be thought of an indicator, given what its checks found. Pure: the time is an argument.
import type { HealthStatus, HealthTrouble } from '../core/health-link.ts';

/** How one check ended. */
export interface Outcome {
  readonly status: 'UP' | 'DOWN' | 'OUT_OF_SERVICE';
  readonly durationMs: number;
  readonly error: string | undefined;
  readonly trouble: HealthTrouble | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Rules {
  /** Checks in a row that must fail until it is down. */
  readonly failures: number;
  /** Checks in a row that must succeed until it is up again. */
  readonly successes: number;
  /** The median of the last checks from which on it is slow. */
  readonly slowMs: number;
}

export interface IndicatorState {
  readonly status: HealthStatus;
  readonly sinceMs: number;
  /** Checks in a row that failed; 0 after one that did not. */
  readonly failures: number;
  readonly successes: number;
  /** Durations of the last checks that succeeded, the newest last. */
  readonly recentMs: readonly number[];
  readonly slowSinceMs: number | undefined;
  /** What the last check said. */
  readonly last: Outcome | undefined;
  readonly checkedAtMs: number | undefined;
  /** Why it is down; kept while it waits for enough successes. */
  readonly fault: { readonly error: string; readonly trouble: HealthTrouble } | undefined;
}

/** Five: the median then takes three slow checks, and stands against two. */
const RECENT = 5;
const SLOW_NEEDS = 3;

export function unchecked(nowMs: number): IndicatorState {
  return {
    status: 'UNKNOWN',
    sinceMs: nowMs,
    failures: 0,
    successes: 0,
    recentMs: [],
    slowSinceMs: undefined,
    last: undefined,
    checkedAtMs: undefined,
    fault: undefined,
  };
}

/**
 * The first check decides at once, and so does `OUT_OF_SERVICE`, which a check returns on purpose. Otherwise it takes as
 * many in a row as the rules say.
 */
export function judge(state: IndicatorState, outcome: Outcome, nowMs: number, rules: Rules): IndicatorState {
  const failed = outcome.status === 'DOWN';
  const failures = failed ? state.failures + 1 : 0;
  const successes = outcome.status === 'UP' ? state.successes + 1 : 0;
  const status = nextStatus(state.status, outcome.status, failures, successes, rules);
  const recentMs =
    outcome.status === 'UP' ? [...state.recentMs, outcome.durationMs].slice(-RECENT) : state.recentMs;
  const isSlow = status === 'UP' && recentMs.length >= SLOW_NEEDS && median(recentMs) >= rules.slowMs;
  return {
    status,
    sinceMs: status === state.status ? state.sinceMs : nowMs,
    failures,
    successes,
    // What it took before an outage says nothing of what it takes afterwards.
    recentMs: status === 'DOWN' && state.status !== 'DOWN' ? [] : recentMs,
    slowSinceMs: isSlow ? (state.slowSinceMs ?? nowMs) : undefined,
    last: outcome,
    checkedAtMs: nowMs,
    fault: faultOf(status, state, outcome),
  };
}

function nextStatus(
  before: HealthStatus,
  found: Outcome['status'],
  failures: number,
  successes: number,
  rules: Rules,
): HealthStatus {
  if (found === 'OUT_OF_SERVICE' || before === 'UNKNOWN') return found;
  if (found === 'DOWN') return failures >= rules.failures ? 'DOWN' : before;
  return successes >= rules.successes ? 'UP' : before;
}

function faultOf(status: HealthStatus, state: IndicatorState, outcome: Outcome): IndicatorState['fault'] {
  if (status !== 'DOWN') return undefined;
  if (outcome.status !== 'DOWN') return state.fault;
  return { error: outcome.error ?? 'down', trouble: outcome.trouble ?? 'dependency-down' };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
