import type { ResolvedBlockedLoop } from '../../workers/process/blocked.ts';
import { fraction, integer, knownKeys } from '../../../core/validate.ts';

/** What is taken for a fault of a worker, and from when on. Each can be switched off with `false`. */
export interface DetectOptions {
  /** An event loop that does not turn. */
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

/** When growth is a leak; docs/design/detectors.md. */
export interface MemoryLeakOptions {
  /** Time in which it has to grow steadily, in milliseconds. The first such time of a worker is not looked at. Default 600000. */
  readonly windowMs?: number | undefined;
  /** The least growth in that time, as a share of the limit. Default 0.1. */
  readonly growthShare?: number | undefined;
}

/** Shares of the memory limit. */
export interface MemoryOptions {
  /** From then on the worker that has grown most is replaced if at this pace the limit is reached within 30 s. Default 0.7. */
  readonly warnShare?: number | undefined;
  /** From then on it is replaced in any case, if that would give back a tenth of the limit. Default 0.9. */
  readonly replaceShare?: number | undefined;
  /** The limit, in bytes. Default: that of the control group, otherwise the machine's memory. */
  readonly limitBytes?: number | undefined;
}

/** When requests are stuck. */
export interface StuckRequestsOptions {
  /**
   * Minimum time in which nothing was answered, in milliseconds; twice that if fewer than twice `atLeast` requests are overdue and no other
   * worker answers the same. At least 2000. Default 30000.
   */
  readonly afterMs?: number | undefined;
  /** Minimum of overdue requests, waiting or given up by their clients. A request is overdue when it has waited longer than is usual for its route. Default 5. */
  readonly atLeast?: number | undefined;
  /** Requests that are stuck again within this time are not a worker's fault: none is replaced for it. In milliseconds. Default 600000. */
  readonly againMs?: number | undefined;
}

export interface ServerClosedOptions {
  /** How long the server was closed until its worker is replaced, in milliseconds. Default 5000. */
  readonly afterMs?: number | undefined;
}

export interface DescriptorsOptions {
  /** Share of the descriptors that a worker may have from which on it is replaced. Default 0.9. */
  readonly share?: number | undefined;
}

export interface CpuStarvedOptions {
  /** The main thread was ready for so long, in milliseconds, and got no processor, until the loop turned again. Default 5000. */
  readonly afterMs?: number | undefined;
}

export interface DiskFullOptions {
  /** A disk with less than that is full; less than 1 % of a small one. In bytes. Default 67108864 (64 MB). */
  readonly freeBytes?: number | undefined;
}

export interface ResolvedMemoryLeak {
  readonly windowMs: number;
  readonly growthShare: number;
}

export interface ResolvedMemory {
  readonly warnShare: number;
  readonly replaceShare: number;
  readonly limitBytes: number | undefined;
}

export interface ResolvedStuckRequests {
  readonly afterMs: number;
  readonly atLeast: number;
  readonly againMs: number;
}

export interface ResolvedServerClosed {
  readonly afterMs: number;
}

export interface ResolvedDescriptors {
  readonly share: number;
}

export interface ResolvedCpuStarved {
  readonly afterMs: number;
}

export interface ResolvedDiskFull {
  readonly freeBytes: number;
}

/** How long an event loop may stand still, in milliseconds. Time that the process could not run does not count. */
export interface BlockedLoopOptions {
  /** From then on no new request should come here. Default 2000. */
  readonly unreadyMs?: number | undefined;
  /** From then on it is an incident: the stack is taken, a replacement started. Default 5000. */
  readonly evidenceMs?: number | undefined;
  /** Then the worker is killed. Default 10000. */
  readonly killMs?: number | undefined;
}

/** Shares of V8's limit of the old generation that are alive after a major collection. */
export interface GcDeathSpiralOptions {
  /** From then on it is said, and the worker is replaced if at its pace the heap will be full within `drainTimeoutMs`. Default 0.6. */
  readonly warnShare?: number | undefined;
  /** From then on the worker is replaced. Default 0.7. */
  readonly replaceShare?: number | undefined;
}

export interface ResolvedGcDeathSpiral {
  readonly warnShare: number;
  readonly replaceShare: number;
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

const BLOCKED_LOOP: ResolvedBlockedLoop = Object.freeze({
  unreadyMs: 2000,
  evidenceMs: 5000,
  killMs: 10_000,
});

/** Measured: at 0.7 there is time to act, and a heap that is 66 % alive under heavy garbage is well; docs/design/watchdog.md. */
const GC_DEATH_SPIRAL: ResolvedGcDeathSpiral = Object.freeze({ warnShare: 0.6, replaceShare: 0.7 });

const MEMORY_LEAK: ResolvedMemoryLeak = Object.freeze({ windowMs: 600_000, growthShare: 0.1 });
const MEMORY: ResolvedMemory = Object.freeze({ warnShare: 0.7, replaceShare: 0.9, limitBytes: undefined });
const STUCK_REQUESTS: ResolvedStuckRequests = Object.freeze({
  afterMs: 30_000,
  atLeast: 5,
  againMs: 600_000,
});
const SERVER_CLOSED: ResolvedServerClosed = Object.freeze({ afterMs: 5000 });
const DESCRIPTORS: ResolvedDescriptors = Object.freeze({ share: 0.9 });
const CPU_STARVED: ResolvedCpuStarved = Object.freeze({ afterMs: 5000 });
const DISK_FULL: ResolvedDiskFull = Object.freeze({ freeBytes: 64 * 1024 * 1024 });

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

/** The thread looks every 250 ms: a gap of less than two looks is none. */
const LEAST_MS = 500;

/** Requests that wait are counted once a second. */
const LEAST_STUCK_MS = 2000;

/** Minimum of `serverClosed.afterMs`: workers are looked at once a second. */
const LEAST_CLOSED_MS = 1000;

export function resolveDetectOptions(options: DetectOptions = {}): ResolvedDetectOptions {
  knownKeys('supervisor.detect', options, Object.keys(DEFAULTS));
  return Object.freeze({
    blockedLoop: resolveBlockedLoop(options.blockedLoop ?? DEFAULTS.blockedLoop),
    gcDeathSpiral: resolveGcDeathSpiral(options.gcDeathSpiral ?? DEFAULTS.gcDeathSpiral),
    memoryLeak: resolve('memoryLeak', options.memoryLeak, MEMORY_LEAK, (option, given) => ({
      windowMs: integer(`${option}.windowMs`, given.windowMs, 1000),
      growthShare: fraction(`${option}.growthShare`, given.growthShare),
    })),
    memory: resolveMemory(options.memory ?? DEFAULTS.memory),
    stuckRequests: resolve('stuckRequests', options.stuckRequests, STUCK_REQUESTS, (option, given) => ({
      afterMs: integer(`${option}.afterMs`, given.afterMs, LEAST_STUCK_MS),
      atLeast: integer(`${option}.atLeast`, given.atLeast, 1),
      againMs: integer(`${option}.againMs`, given.againMs, 0),
    })),
    serverClosed: resolve('serverClosed', options.serverClosed, SERVER_CLOSED, (option, given) => ({
      afterMs: integer(`${option}.afterMs`, given.afterMs, LEAST_CLOSED_MS),
    })),
    descriptors: resolve('descriptors', options.descriptors, DESCRIPTORS, (option, given) => ({
      share: fraction(`${option}.share`, given.share),
    })),
    cpuStarved: resolve('cpuStarved', options.cpuStarved, CPU_STARVED, (option, given) => ({
      afterMs: integer(`${option}.afterMs`, given.afterMs, LEAST_MS),
    })),
    diskFull: resolve('diskFull', options.diskFull, DISK_FULL, (option, given) => ({
      freeBytes: integer(`${option}.freeBytes`, given.freeBytes, 0),
    })),
  });
}

/** Of a detector whose thresholds don't depend on each other. */
function resolve<Resolved extends object>(
  name: keyof DetectOptions,
  given: { readonly [Key in keyof Resolved]?: Resolved[Key] | undefined } | false | undefined,
  defaults: Resolved,
  check: (option: string, complete: Resolved) => Resolved,
): Resolved | false {
  if (given === false) return false;
  const option = `supervisor.detect.${name}`;
  knownKeys(option, given ?? {}, Object.keys(defaults));
  const set = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
  return Object.freeze(check(option, { ...defaults, ...(Object.fromEntries(set) as Partial<Resolved>) }));
}

function resolveMemory(given: MemoryOptions | false): ResolvedMemory | false {
  if (given === false) return false;
  const option = 'supervisor.detect.memory';
  knownKeys(option, given, Object.keys(MEMORY));
  const shares = resolveShares(option, given, MEMORY);
  const { limitBytes } = given;
  return Object.freeze({
    ...shares,
    limitBytes: limitBytes === undefined ? undefined : integer(`${option}.limitBytes`, limitBytes, 1),
  });
}

/** A default that a given one excludes gives way to it. */
function resolveShares(
  option: string,
  given: GcDeathSpiralOptions,
  defaults: ResolvedGcDeathSpiral,
): ResolvedGcDeathSpiral {
  const warnShare = fraction(
    `${option}.warnShare`,
    given.warnShare ?? Math.min(defaults.warnShare, given.replaceShare ?? 1),
  );
  const replaceShare = given.replaceShare ?? Math.max(defaults.replaceShare, warnShare);
  return { warnShare, replaceShare: fraction(`${option}.replaceShare`, replaceShare, warnShare) };
}

function resolveGcDeathSpiral(given: GcDeathSpiralOptions | false): ResolvedGcDeathSpiral | false {
  if (given === false) return false;
  const option = 'supervisor.detect.gcDeathSpiral';
  knownKeys(option, given, Object.keys(GC_DEATH_SPIRAL));
  return Object.freeze(resolveShares(option, given, GC_DEATH_SPIRAL));
}

function resolveBlockedLoop(given: BlockedLoopOptions | false): ResolvedBlockedLoop | false {
  if (given === false) return false;
  const option = 'supervisor.detect.blockedLoop';
  knownKeys(option, given, Object.keys(BLOCKED_LOOP));
  // A default that a given one excludes gives way to it.
  const unreadyMs = integer(
    `${option}.unreadyMs`,
    given.unreadyMs ??
      Math.max(
        LEAST_MS,
        Math.min(BLOCKED_LOOP.unreadyMs, given.evidenceMs ?? Infinity, given.killMs ?? Infinity),
      ),
    LEAST_MS,
  );
  const evidenceMs = integer(
    `${option}.evidenceMs`,
    given.evidenceMs ?? Math.max(unreadyMs, Math.min(BLOCKED_LOOP.evidenceMs, given.killMs ?? Infinity)),
    unreadyMs,
  );
  const killMs = given.killMs ?? Math.max(BLOCKED_LOOP.killMs, evidenceMs);
  return Object.freeze({ unreadyMs, evidenceMs, killMs: integer(`${option}.killMs`, killMs, evidenceMs) });
}

/** Something is looked for that only a worker's own watchdog can tell. */
export function needsWatchdog(options: ResolvedDetectOptions): boolean {
  const { blockedLoop, gcDeathSpiral, memoryLeak, memory, stuckRequests, cpuStarved } = options;
  const fromInside = [blockedLoop, gcDeathSpiral, memoryLeak, memory, stuckRequests, cpuStarved];
  return fromInside.some((option) => option !== false);
}
