import { integer, knownKeys } from '../../../core/validate.ts';
import type { ResolvedBlockedLoop } from '../../workers/process/blocked.ts';

/** How long an event loop may stand still, in milliseconds. Time that the process could not run does not count. */
export interface BlockedLoopOptions {
  /** From then on the worker should get no new request. Default 2000. */
  readonly unreadyMs?: number | undefined;
  /** From then on it is an incident: the stack is taken, a replacement started. Default 5000. */
  readonly evidenceMs?: number | undefined;
  /** Then the worker is killed. Default 10000. */
  readonly killMs?: number | undefined;
}

export const BLOCKED_LOOP: ResolvedBlockedLoop = Object.freeze({
  unreadyMs: 2000,
  evidenceMs: 5000,
  killMs: 10_000,
});

/** The watchdog looks every 250 ms: a gap of less than two looks is none. */
export const MIN_GAP_MS = 500;

/** A default that a given time excludes gives way to it. */
export function resolveBlockedLoop(given: BlockedLoopOptions): ResolvedBlockedLoop {
  const option = 'supervisor.detect.blockedLoop';
  knownKeys(option, given, Object.keys(BLOCKED_LOOP));
  const earliestMs = Math.min(given.evidenceMs ?? Infinity, given.killMs ?? Infinity);
  const unreadyMs = integer(
    `${option}.unreadyMs`,
    given.unreadyMs ?? Math.max(MIN_GAP_MS, Math.min(BLOCKED_LOOP.unreadyMs, earliestMs)),
    MIN_GAP_MS,
  );
  const evidenceMs = integer(
    `${option}.evidenceMs`,
    given.evidenceMs ?? Math.max(unreadyMs, Math.min(BLOCKED_LOOP.evidenceMs, given.killMs ?? Infinity)),
    unreadyMs,
  );
  const killMs = given.killMs ?? Math.max(BLOCKED_LOOP.killMs, evidenceMs);
  return { unreadyMs, evidenceMs, killMs: integer(`${option}.killMs`, killMs, evidenceMs) };
}
