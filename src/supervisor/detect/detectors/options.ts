// What is taken for a fault of a worker, and from when on. The options of each detector stand in a file beside it.
import { type Declaration, object, resolve, type Rule } from '../../../core/options.ts';
import { orFalse } from '../../../core/rules.ts';
import type { ResolvedBlockedLoop } from '../../workers/process/blocked.ts';
import { besideStandby, blockedLoop, type BlockedLoopOptions } from './blocked-loop-options.ts';
import {
  gcDeathSpiral,
  type GcDeathSpiralOptions,
  type ResolvedGcDeathSpiral,
} from './gc-death-spiral-options.ts';
import { memoryLeak, type MemoryLeakOptions, type ResolvedMemoryLeak } from './memory-leak-options.ts';
import { memory, type MemoryOptions, type ResolvedMemory } from './memory-limit-options.ts';
import {
  stuckRequests,
  type StuckRequestsOptions,
  type ResolvedStuckRequests,
} from './stuck-requests-options.ts';
import {
  serverClosed,
  type ServerClosedOptions,
  type ResolvedServerClosed,
} from './server-closed-options.ts';
import { descriptors, type DescriptorsOptions, type ResolvedDescriptors } from './descriptors-options.ts';
import { cpuStarved, type CpuStarvedOptions, type ResolvedCpuStarved } from './cpu-starved-options.ts';
import { diskFull, type DiskFullOptions, type ResolvedDiskFull } from './disk-full-options.ts';

/** Each detector can be switched off with `false`. */
export interface DetectOptions {
  /**
   * An event loop that stands still: for `unreadyMs` its worker is not ready, for `evidenceMs` it is an incident, for `killMs` the worker is
   * killed; each at least 500, none less than the one before. Default `{ unreadyMs: 2000, evidenceMs: 5000, killMs: 10000 }`, with a standby `evidenceMs` 2000.
   */
  readonly blockedLoop?: BlockedLoopOptions | false | undefined;
  /**
   * A heap that is about to be full, by what is alive after a major collection. From `warnShare` of its limit on it is logged, and the worker is
   * replaced if at its pace the heap will be full within `drainTimeoutMs`. From `replaceShare` on it is replaced. Default `{ warnShare: 0.6,
   * replaceShare: 0.7 }`.
   */
  readonly gcDeathSpiral?: GcDeathSpiralOptions | false | undefined;
  /**
   * Memory, of the heap or in all, that grows steadily for `windowMs` (at least 1000), or for 2, 4 or 8 times that. It grows by at least
   * `growthShare` of its limit, and would reach 70 % of it within six times `windowMs`. The first such time of a worker does not count.
   * Default `{ windowMs: 600000, growthShare: 0.1 }`.
   */
  readonly memoryLeak?: MemoryLeakOptions | false | undefined;
  /**
   * All workers together come near to `limitBytes`. From `warnShare` on the worker that has grown most is replaced if at this pace the limit is
   * 30 s away. From `replaceShare` on it is replaced in any case, if it has grown by a tenth of the limit. Default `{ warnShare: 0.7, replaceShare: 0.9 }`, and
   * the limit of the control group or else the machine's memory.
   */
  readonly memory?: MemoryOptions | false | undefined;
  /**
   * Requests that the worker does not answer although its event loop is idle. `atLeast` are overdue, waiting or given up by their clients, and
   * nothing was answered for `afterMs` (at least 2000); without a worker that answers the same, twice as many or for twice as long. When the
   * same happens again within `againMs`, no worker is replaced for it. Default `{ afterMs: 30000, atLeast: 5, againMs: 600000 }`.
   */
  readonly stuckRequests?: StuckRequestsOptions | false | undefined;
  /**
   * A server that a worker has closed and not opened again for `afterMs` (at least 1000), although its process lives and does not drain: it is
   * replaced. Default `{ afterMs: 5000 }`.
   */
  readonly serverClosed?: ServerClosedOptions | false | undefined;
  /**
   * File descriptors that are nearly used up: open ones as a share of the most that the worker may have (`ulimit -n`), from which on it is
   * replaced. Default `{ share: 0.9 }`.
   */
  readonly descriptors?: DescriptorsOptions | false | undefined;
  /**
   * An event loop that stood still for lack of a processor: the main thread was ready for this time and got none. An incident, nothing is
   * replaced. Default `{ afterMs: 5000 }`.
   */
  readonly cpuStarved?: CpuStarvedOptions | false | undefined;
  /**
   * A disk of the working or the temporary directory has less than `freeBytes` left, or less than 1 % of a small one. An incident, nothing is
   * replaced. Default `{ freeBytes: 67108864 }`.
   */
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

export const DETECT: Declaration<ResolvedDetectOptions> = Object.freeze({
  blockedLoop: { rule: orFalse(blockedLoop), byDefault: blockedLoop.complete({}) },
  gcDeathSpiral: { rule: orFalse(gcDeathSpiral), byDefault: gcDeathSpiral.complete({}) },
  memoryLeak: { rule: orFalse(memoryLeak), byDefault: memoryLeak.complete({}) },
  memory: { rule: orFalse(memory), byDefault: memory.complete({}) },
  stuckRequests: { rule: orFalse(stuckRequests), byDefault: stuckRequests.complete({}) },
  serverClosed: { rule: orFalse(serverClosed), byDefault: serverClosed.complete({}) },
  descriptors: { rule: orFalse(descriptors), byDefault: descriptors.complete({}) },
  cpuStarved: { rule: orFalse(cpuStarved), byDefault: cpuStarved.complete({}) },
  diskFull: { rule: orFalse(diskFull), byDefault: diskFull.complete({}) },
});

export const detect: Rule<DetectOptions, ResolvedDetectOptions> = object(DETECT);

/**
 * Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value.
 *
 * @param hasStandby A worker waits to take the place of another, so that a block is acted upon sooner.
 */
export function resolveDetectOptions(
  options: DetectOptions = {},
  hasStandby: boolean = false,
): ResolvedDetectOptions {
  const all = resolve(detect, options, ['supervisor', 'detect']);
  if (!hasStandby || options.blockedLoop === false) return all;
  return Object.freeze({ ...all, blockedLoop: besideStandby(options.blockedLoop ?? {}) });
}

/** Something is looked for that only a worker's own watchdog can tell. */
export function needsWatchdog(options: ResolvedDetectOptions): boolean {
  const fromInside = [
    options.blockedLoop,
    options.gcDeathSpiral,
    options.memoryLeak,
    options.memory,
    options.stuckRequests,
    options.cpuStarved,
  ];
  return fromInside.some((option) => option !== false);
}
