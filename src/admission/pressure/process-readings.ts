import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { lowestMemoryLimitBytes, memoryLimitFiles } from './cgroup.ts';
import type { CpuTimes, LoopTimes, MemoryReadings } from './signals.ts';

/** The delay monitor's timer fires this often; what it measures includes that. */
const DELAY_RESOLUTION_MS = 10;

/** What a process can read of itself. Measures from the first reading of the loop's delay on, until stopped. */
export class ProcessReadings {
  readonly cores: number = availableParallelism();
  readonly #delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });

  /** 99th percentile of the loop's delay since the last call; NaN when nothing was measured. */
  loopDelayP99Ms(): number {
    this.#delay.enable();
    if (this.#delay.count === 0) return Number.NaN;
    const delayMs = Math.max(0, this.#delay.percentile(99) / 1e6 - DELAY_RESOLUTION_MS);
    this.#delay.reset();
    return delayMs;
  }

  memory(): MemoryReadings {
    // Neither limit changes while a process runs, but for a container's that is resized.
    const limitBytes = memoryLimitBytes();
    const heapLimitBytes = getHeapStatistics().heap_size_limit;
    return {
      rssBytes: () => process.memoryUsage.rss(),
      limitBytes: () => limitBytes,
      heapUsedBytes: () => process.memoryUsage().heapUsed,
      heapLimitBytes: () => heapLimitBytes,
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

/** Undefined without control groups, or where they set no limit. */
function memoryLimitBytes(): number | undefined {
  const groups = read('/proc/self/cgroup');
  return groups === undefined ? undefined : lowestMemoryLimitBytes(memoryLimitFiles(groups).map(read));
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
