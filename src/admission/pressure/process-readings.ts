import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { type ControlGroup, controlGroupsIn, memoryLimitOf, usedMemoryOf } from '../../core/control-group.ts';
import type { CpuTimes, LoopTimes, MemoryReadings } from './signals.ts';

/** The delay monitor's timer fires this often; what it measures includes that. */
const DELAY_RESOLUTION_MS = 10;

/** How often the limits of memory are read again, in ms: Kubernetes resizes containers in place. */
const LIMITS_MS = 1000;

/** Readings that belong to one sample of all that ask, in ms. */
const SAME_SAMPLE_MS = 50;

/**
 * A process is idle when its readings are further apart than this, in ms, and its event loop was busy for less than this share of
 * the time: no request has asked for them. Measuring its delay all the same would wake it 100 times a second.
 */
const IDLE_MS = 500;
const IDLE_UTILIZATION = 0.5;

/** What a process can read of itself. Measures the event loop's delay while something holds it. */
export class ProcessReadings {
  #delay: ReturnType<typeof monitorEventLoopDelay> | undefined;
  #delayMs = Number.NaN;
  #delayReadMs = -Infinity;
  #loopTimes = performance.eventLoopUtilization();
  #holders = 0;
  #limits: MemoryLimits | undefined;
  #limitsReadMs = -Infinity;

  /** Measures until the returned function is called, and all others of its kind. */
  hold(): () => void {
    this.#holders += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holders -= 1;
      if (this.#holders === 0) this.#delay?.disable();
    };
  }

  /** 99th percentile of the loop's delay since the last sample; NaN when nothing was measured, as in an idle process. */
  loopDelayP99Ms(): number {
    const nowMs = performance.now();
    const sinceMs = nowMs - this.#delayReadMs;
    if (sinceMs < SAME_SAMPLE_MS) return this.#delayMs;
    this.#delayReadMs = nowMs;
    if (this.#wasIdle(sinceMs)) {
      this.#delay?.disable();
      return (this.#delayMs = Number.NaN);
    }
    const delay = (this.#delay ??= monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS }));
    if (this.#holders > 0) delay.enable();
    // A reset also forgets when the last delay began.
    if (delay.count === 0) return (this.#delayMs = Number.NaN);
    this.#delayMs = Math.max(0, delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MS);
    delay.reset();
    return this.#delayMs;
  }

  #wasIdle(sinceMs: number): boolean {
    const before = this.#loopTimes;
    this.#loopTimes = performance.eventLoopUtilization();
    if (sinceMs <= IDLE_MS) return false;
    return performance.eventLoopUtilization(this.#loopTimes, before).utilization < IDLE_UTILIZATION;
  }

  get cores(): number {
    return process.getBuiltinModule('node:os').availableParallelism();
  }

  memory(): MemoryReadings {
    return {
      usedBytes: () => {
        const { group } = this.#knownLimits();
        const used = group === undefined ? undefined : usedMemoryOf(group.place, read);
        // A group has all workers of an instance; what can't be read must not hide what this process has.
        return Math.max(process.memoryUsage.rss(), used ?? 0);
      },
      limitBytes: () => this.#knownLimits().group?.limitBytes,
      heapUsedBytes: () => process.memoryUsage().heapUsed,
      heapLimitBytes: () => this.#knownLimits().heapBytes,
    };
  }

  loopTimes(): LoopTimes {
    return performance.eventLoopUtilization();
  }

  cpuTimes(): CpuTimes {
    return process.cpuUsage();
  }

  /** Asked for late, since the modules that know them would delay the start of the user's script. */
  #knownLimits(): MemoryLimits {
    const nowMs = performance.now();
    if (this.#limits === undefined || nowMs - this.#limitsReadMs >= LIMITS_MS) {
      this.#limits = readMemoryLimits();
      this.#limitsReadMs = nowMs;
    }
    return this.#limits;
  }
}

/** The readings of this process. */
export const processReadings: ProcessReadings = new ProcessReadings();

interface MemoryLimits {
  /** The control group whose limit is lowest; undefined without control groups, or where they set no limit. */
  readonly group: { readonly place: ControlGroup; readonly limitBytes: number } | undefined;
  readonly heapBytes: number;
}

function readMemoryLimits(): MemoryLimits {
  let group: MemoryLimits['group'];
  for (const place of controlGroupsIn(read('/proc/self/cgroup') ?? '', 'memory')) {
    const limitBytes = memoryLimitOf(place, read);
    // Of equal limits the outermost, which is reached first.
    if (limitBytes !== undefined && (group === undefined || limitBytes <= group.limitBytes)) {
      group = { place, limitBytes };
    }
  }
  return { group, heapBytes: process.getBuiltinModule('node:v8').getHeapStatistics().heap_size_limit };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
