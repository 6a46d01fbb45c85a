import { fraction, integer, knownKeys } from '../../core/validate.ts';

/** What is taken for a fault of a worker, and from when on. Each can be switched off with `false`. */
export interface DetectOptions {
  /** An event loop that does not turn. */
  readonly blockedLoop?: BlockedLoopOptions | false | undefined;
  /** A heap that is about to be full. */
  readonly gcDeathSpiral?: GcDeathSpiralOptions | false | undefined;
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

export interface ResolvedBlockedLoop {
  readonly unreadyMs: number;
  readonly evidenceMs: number;
  readonly killMs: number;
}

export interface ResolvedDetectOptions {
  readonly blockedLoop: ResolvedBlockedLoop | false;
  readonly gcDeathSpiral: ResolvedGcDeathSpiral | false;
}

const BLOCKED_LOOP: ResolvedBlockedLoop = Object.freeze({
  unreadyMs: 2000,
  evidenceMs: 5000,
  killMs: 10_000,
});

/** Measured: at 0.7 there is time to act, and a heap that is 66 % alive under heavy garbage is well; docs/design/watchdog.md. */
const GC_DEATH_SPIRAL: ResolvedGcDeathSpiral = Object.freeze({ warnShare: 0.6, replaceShare: 0.7 });

export const DEFAULTS: ResolvedDetectOptions = Object.freeze({
  blockedLoop: BLOCKED_LOOP,
  gcDeathSpiral: GC_DEATH_SPIRAL,
});

/** The thread looks every 250 ms: a gap of less than two looks is none. */
const LEAST_MS = 500;

export function resolveDetectOptions(options: DetectOptions = {}): ResolvedDetectOptions {
  knownKeys('supervisor.detect', options, Object.keys(DEFAULTS));
  return Object.freeze({
    blockedLoop: resolveBlockedLoop(options.blockedLoop ?? DEFAULTS.blockedLoop),
    gcDeathSpiral: resolveGcDeathSpiral(options.gcDeathSpiral ?? DEFAULTS.gcDeathSpiral),
  });
}

function resolveGcDeathSpiral(given: GcDeathSpiralOptions | false): ResolvedGcDeathSpiral | false {
  if (given === false) return false;
  const option = 'supervisor.detect.gcDeathSpiral';
  knownKeys(option, given, Object.keys(GC_DEATH_SPIRAL));
  const warnShare = fraction(
    `${option}.warnShare`,
    given.warnShare ?? Math.min(GC_DEATH_SPIRAL.warnShare, given.replaceShare ?? 1),
  );
  const replaceShare = given.replaceShare ?? Math.max(GC_DEATH_SPIRAL.replaceShare, warnShare);
  return Object.freeze({
    warnShare,
    replaceShare: fraction(`${option}.replaceShare`, replaceShare, warnShare),
  });
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
