// Whether a standby fits into memory. Pure.
import type { ResolvedMemory } from '../../detect/detectors/index.ts';
import type { MemoryUse } from '../../detect/probes/memory.ts';

/** Shares of the memory limit. */
export interface RoomRules {
  /** With a standby no more than this may be used. */
  readonly startShare: number;
  /** A standby is given up when more than this is used. Far enough from the other, so that one does not come and go. */
  readonly keepShare: number;
}

/** Without a detector of memory its defaults. */
const DEFAULT_RULES: RoomRules = Object.freeze({ startShare: 0.8, keepShare: 0.9 });

/** The standby goes before a worker that serves is replaced for its memory. */
export function roomRules(memory: ResolvedMemory | false): RoomRules {
  if (memory === false) return DEFAULT_RULES;
  const { warnShare, replaceShare } = memory;
  return { startShare: (warnShare + replaceShare) / 2, keepShare: replaceShare };
}

/** @param workers Resident memory of those that serve, in bytes. @returns Why one more does not fit; undefined if it does. */
export function lackOfRoom(
  { limitBytes, usedBytes, source }: MemoryUse,
  workers: readonly number[],
  { startShare }: RoomRules,
): string | undefined {
  const neededBytes = Math.max(0, ...workers);
  const leftBytes = startShare * limitBytes - usedBytes;
  if (neededBytes <= leftBytes) return undefined;
  return `it needs about ${mb(neededBytes)} MB, and ${mb(Math.max(0, leftBytes))} MB are left of ${Math.round(100 * startShare)} % of the ${mb(limitBytes)} MB of the ${source}`;
}

/** @returns Why a standby must go; undefined if it may stay. */
export function shortage(
  { limitBytes, usedBytes, source }: MemoryUse,
  { keepShare }: RoomRules,
): string | undefined {
  if (usedBytes <= keepShare * limitBytes) return undefined;
  return `${Math.round((100 * usedBytes) / limitBytes)} % of the memory of the ${source} is used`;
}

function mb(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}
