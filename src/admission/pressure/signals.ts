// The signals that Respite knows. Each takes its readings as functions, so that only the code that wires them touches the
// process, and tests need no real loop.
import type { BuiltInSignal } from './options.ts';
import type { PressureSignal, Thresholds } from './signal.ts';

/** Readings for {@link loopDelaySignal}. */
export interface LoopDelayReadings {
  /** 99th percentile of the loop's delay since the last call, without the resolution of the timer that measures it. */
  readonly p99Ms: () => number;
  /** Time since the loop last turned: all there is to see while it is blocked, when nothing is measured. */
  readonly sinceTickMs: (nowMs: number) => number;
}

/** Readings that have to agree before the loop counts as late: with ten a second, half a second. */
const LATE_READINGS = 5;

/**
 * Milliseconds that the loop has been late for half a second: the least of the last five readings, as CoDel takes the
 * minimum over an interval (RFC 8289). One pause of the garbage collector is no pressure.
 */
export function loopDelaySignal(
  { p99Ms, sinceTickMs }: LoopDelayReadings,
  thresholds: Thresholds,
): PressureSignal {
  const readings = new Float64Array(LATE_READINGS);
  let next = 0;
  return signal('loop-delay', thresholds, (nowMs) => {
    const percentile = p99Ms();
    const sinceTick = sinceTickMs(nowMs);
    // A histogram of nothing may say NaN, and that is when the time since the last tick matters.
    readings[next] = percentile > sinceTick ? percentile : sinceTick;
    next = (next + 1) % LATE_READINGS;
    return Math.min(...readings);
  });
}

/** Requests in flight over their limit. */
export function inFlightSignal(
  inFlight: () => number,
  limit: () => number,
  thresholds: Thresholds,
): PressureSignal {
  return signal('in-flight', thresholds, () => inFlight() / limit());
}

/** Bytes of request bodies in flight over their budget. */
export function bytesSignal(
  bytesInFlight: () => number,
  budgetBytes: () => number,
  thresholds: Thresholds,
): PressureSignal {
  return signal('bytes', thresholds, () => bytesInFlight() / budgetBytes());
}

/** Readings for {@link memorySignal}. */
export interface MemoryReadings {
  /** What the processes of the control group use; without one, what this process uses. */
  readonly usedBytes: () => number;
  /** What the control group allows, see `cgroup.ts`. Processes that share a group share its limit. */
  readonly limitBytes: () => number | undefined;
  readonly heapUsedBytes: () => number;
  /** V8's `heap_size_limit`. */
  readonly heapLimitBytes: () => number;
}

/**
 * Memory used, as a share of what there is: memory of the control group of its limit or, without one, heap used of
 * the heap's limit. Heap used has garbage in it: this signal slows a process down, it can't tell whether it is dying.
 */
export function memorySignal(
  { usedBytes, limitBytes, heapUsedBytes, heapLimitBytes }: MemoryReadings,
  thresholds: Thresholds,
): PressureSignal {
  return signal('memory', thresholds, () => {
    const limit = limitBytes();
    return limit === undefined ? heapUsedBytes() / heapLimitBytes() : usedBytes() / limit;
  });
}

/** What `performance.eventLoopUtilization()` has: milliseconds since the loop began. */
export interface LoopTimes {
  readonly idle: number;
  readonly active: number;
}

/**
 * Share of the time since the last sample that the loop was not waiting; never since the process began, which after a
 * day no longer moves.
 */
export function loopUtilizationSignal(times: () => LoopTimes, thresholds: Thresholds): PressureSignal {
  let { idle, active } = times();
  let utilization = 0;
  return signal('loop-utilization', thresholds, () => {
    const now = times();
    const activeMs = now.active - active;
    const totalMs = activeMs + now.idle - idle;
    ({ idle, active } = now);
    // Before the loop has begun, and between two samples at once, no time passes.
    if (totalMs > 0) utilization = activeMs / totalMs;
    return utilization;
  });
}

/** What `process.cpuUsage()` has: microseconds since the process began. */
export interface CpuTimes {
  readonly user: number;
  readonly system: number;
}

/** CPU time that this process took since the last sample, as a share of `cores`. */
export function cpuSignal(times: () => CpuTimes, cores: number, thresholds: Thresholds): PressureSignal {
  const rate = ratePerMs(() => {
    const { user, system } = times();
    return (user + system) / 1000;
  });
  return signal('cpu', thresholds, (nowMs) => rate(nowMs) / cores);
}

/**
 * Requests a second since the last sample.
 *
 * @param requests Requests since whenever; must not fall.
 */
export function requestsPerSecondSignal(requests: () => number, thresholds: Thresholds): PressureSignal {
  const rate = ratePerMs(requests);
  return signal('requests-per-second', thresholds, (nowMs) => rate(nowMs) * 1000);
}

/** Growth of a total since the last call, a millisecond; 0 at the first. */
function ratePerMs(total: () => number): (nowMs: number) => number {
  let lastTotal = 0;
  let lastMs: number | undefined;
  let rate = 0;
  return (nowMs) => {
    const elapsedMs = lastMs === undefined ? 0 : nowMs - lastMs;
    // Two samples at one time: the later one has nothing to say, and what has passed belongs to the next.
    if (lastMs !== undefined && elapsedMs <= 0) return rate;
    const now = total();
    if (elapsedMs > 0) rate = (now - lastTotal) / elapsedMs;
    lastTotal = now;
    lastMs = nowMs;
    return rate;
  };
}

function signal(
  name: BuiltInSignal,
  { enter, exit }: Thresholds,
  read: (nowMs: number) => number,
): PressureSignal {
  return { name, enter, exit, read };
}
