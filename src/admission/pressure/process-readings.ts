import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { lowestMemoryLimitBytes, memoryLimitFiles } from './cgroup.ts';
import type { CpuTimes, LoopTimes, MemoryReadings } from './signals.ts';

/** The delay monitor's timer fires this often; what it measures includes that. */
const DELAY_RESOLUTION_MS = 10;

/** What a process can read of itself. Measures from the first reading of the loop's delay on, until stopped. */
export class ProcessReadings {
  readonly #delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });

  /** 99th percentile of the loop's delay since the last call; NaN when nothing was measured. */
  loopDelayP99Ms(): number {
    this.#delay.enable();
    if (this.#delay.count === 0) return Number.NaN;
    const delayMs = Math.max(0, this.#delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MS);
    this.#delay.reset();
    return delayMs;
  }

  get cores(): number {
    return process.getBuiltinModule('node:os').availableParallelism();
  }

  memory(): MemoryReadings {
    // Neither limit changes while a process runs, but for a container's that is resized. Asked for late, since the modules
    // that know them would delay the start of the user's script.
    let limits: MemoryLimits | undefined;
    const known = (): MemoryLimits => (limits ??= readMemoryLimits());
    return {
      rssBytes: () => process.memoryUsage.rss(),
      limitBytes: () => known().groupBytes,
      heapUsedBytes: () => process.memoryUsage().heapUsed,
      heapLimitBytes: () => known().heapBytes,
    };
  }

  loopTimes(): LoopTimes {
    return performance.eventLoopUtilization();
  }

  cpuTimes(): CpuTimes {
    return process.cpuUsage();
  }

  stop(): void {
    this.#delay.disable();
  }
}

interface MemoryLimits {
  /** Undefined without control groups, or where they set no limit. */
  readonly groupBytes: number | undefined;
  readonly heapBytes: number;
}

function readMemoryLimits(): MemoryLimits {
  const groups = read('/proc/self/cgroup');
  return {
    groupBytes: groups === undefined ? undefined : lowestMemoryLimitBytes(memoryLimitFiles(groups).map(read)),
    heapBytes: process.getBuiltinModule('node:v8').getHeapStatistics().heap_size_limit,
  };
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
