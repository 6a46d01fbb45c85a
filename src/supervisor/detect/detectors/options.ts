// What is taken for a fault of a worker, and from when on. The options of each detector stand in a file beside it.
import { knownKeys } from '../../../core/validate.ts';
import type { ResolvedBlockedLoop } from '../../workers/process/blocked.ts';
import { BLOCKED_LOOP, type BlockedLoopOptions, resolveBlockedLoop } from './blocked-loop-options.ts';
import {
  CPU_STARVED,
  type CpuStarvedOptions,
  type ResolvedCpuStarved,
  resolveCpuStarved,
} from './cpu-starved-options.ts';
import {
  DESCRIPTORS,
  type DescriptorsOptions,
  type ResolvedDescriptors,
  resolveDescriptors,
} from './descriptors-options.ts';
import {
  DISK_FULL,
  type DiskFullOptions,
  type ResolvedDiskFull,
  resolveDiskFull,
} from './disk-full-options.ts';
import {
  GC_DEATH_SPIRAL,
  type GcDeathSpiralOptions,
  type ResolvedGcDeathSpiral,
  resolveGcDeathSpiral,
} from './gc-death-spiral-options.ts';
import {
  MEMORY_LEAK,
  type MemoryLeakOptions,
  type ResolvedMemoryLeak,
  resolveMemoryLeak,
} from './memory-leak-options.ts';
import { MEMORY, type MemoryOptions, type ResolvedMemory, resolveMemory } from './memory-limit-options.ts';
import {
  type ResolvedServerClosed,
  resolveServerClosed,
  SERVER_CLOSED,
  type ServerClosedOptions,
} from './server-closed-options.ts';
import {
  type ResolvedStuckRequests,
  resolveStuckRequests,
  STUCK_REQUESTS,
  type StuckRequestsOptions,
} from './stuck-requests-options.ts';

/** Each detector can be switched off with `false`. */
export interface DetectOptions {
  /** A blocked event loop. */
  readonly blockedLoop?: BlockedLoopOptions | false | undefined;
  /** A heap that is about to be full. */
  readonly gcDeathSpiral?: GcDeathSpiralOptions | false | undefined;
  /** Memory that grows for minutes on end. */
  readonly memoryLeak?: MemoryLeakOptions | false | undefined;
  /** All workers together come near to what the control group, or else the machine, has. */
  readonly memory?: MemoryOptions | false | undefined;
  /** Requests that the worker does not answer although its event loop is idle. */
  readonly stuckRequests?: StuckRequestsOptions | false | undefined;
  /** A server that a worker has closed and not opened again. */
  readonly serverClosed?: ServerClosedOptions | false | undefined;
  /** File descriptors that are nearly used up. */
  readonly descriptors?: DescriptorsOptions | false | undefined;
  /** An event loop that stood still for lack of a processor. */
  readonly cpuStarved?: CpuStarvedOptions | false | undefined;
  /** A disk without room. */
  readonly diskFull?: DiskFullOptions | false | undefined;
}

export interface ResolvedDetectOptions {
  readonly blockedLoop: ResolvedBlockedLoop | false;
  readonly gcDeathSpiral: ResolvedGcDeathSpiral | false;
  readonly memoryLeak: ResolvedMemoryLeak | false;
  readonly memory: ResolvedMemory | false;
  readonly stuckRequests: ResolvedStuckRequests | false;
  readonly serverClosed: ResolvedServerClosed | false;
  readonly descriptors: ResolvedDescriptors | false;
  readonly cpuStarved: ResolvedCpuStarved | false;
  readonly diskFull: ResolvedDiskFull | false;
}

export const DEFAULTS: ResolvedDetectOptions = Object.freeze({
  blockedLoop: BLOCKED_LOOP,
  gcDeathSpiral: GC_DEATH_SPIRAL,
  memoryLeak: MEMORY_LEAK,
  memory: MEMORY,
  stuckRequests: STUCK_REQUESTS,
  serverClosed: SERVER_CLOSED,
  descriptors: DESCRIPTORS,
  cpuStarved: CPU_STARVED,
  diskFull: DISK_FULL,
});

export function resolveDetectOptions(options: DetectOptions = {}): ResolvedDetectOptions {
  knownKeys('supervisor.detect', options, Object.keys(DEFAULTS));
  return Object.freeze({
    blockedLoop: unlessOff(options.blockedLoop, resolveBlockedLoop),
    gcDeathSpiral: unlessOff(options.gcDeathSpiral, resolveGcDeathSpiral),
    memoryLeak: unlessOff(options.memoryLeak, resolveMemoryLeak),
    memory: unlessOff(options.memory, resolveMemory),
    stuckRequests: unlessOff(options.stuckRequests, resolveStuckRequests),
    serverClosed: unlessOff(options.serverClosed, resolveServerClosed),
    descriptors: unlessOff(options.descriptors, resolveDescriptors),
    cpuStarved: unlessOff(options.cpuStarved, resolveCpuStarved),
    diskFull: unlessOff(options.diskFull, resolveDiskFull),
  });
}

/** @param resolve Fills in the defaults of one detector. */
function unlessOff<Given extends object, Resolved extends object>(
  given: Given | false | undefined,
  resolve: (given: Given | Record<string, never>) => Resolved,
): Resolved | false {
  return given === false ? false : Object.freeze(resolve(given ?? {}));
}

/** Something is looked for that only a worker's own watchdog can tell. */
export function needsWatchdog(options: ResolvedDetectOptions): boolean {
  const { blockedLoop, gcDeathSpiral, memoryLeak, memory, stuckRequests, cpuStarved } = options;
  const fromInside = [blockedLoop, gcDeathSpiral, memoryLeak, memory, stuckRequests, cpuStarved];
  return fromInside.some((option) => option !== false);
}
