import { type Declaration, object, type OptionsOf, type Rule } from '../../../core/options.ts';
import { integer, milliseconds } from '../../../core/rules.ts';
import type { ResolvedBlockedLoop } from '../../workers/process/blocked.ts';

/** How long an event loop may stand still. Time that the process could not run does not count. Only `undefined` means default. */
export type BlockedLoopOptions = OptionsOf<ResolvedBlockedLoop>;

/** The watchdog looks every 250 ms: a gap of less than two looks is none. */
export const MIN_GAP_MS = 500;

/** `evidenceMs` where a standby waits: another worker costs no start, and the blocked one finishes what it does. */
const EVIDENCE_WITH_STANDBY_MS = 2000;

/** A default that a given time excludes gives way to it. */
const BLOCKED_LOOP: Declaration<ResolvedBlockedLoop> = Object.freeze({
  unreadyMs: {
    rule: milliseconds(MIN_GAP_MS),
    byDefault: (_: unknown, { evidenceMs = Infinity, killMs = Infinity }: Partial<ResolvedBlockedLoop>) =>
      Math.max(MIN_GAP_MS, Math.min(2000, evidenceMs, killMs)),
  },
  evidenceMs: {
    rule: milliseconds(MIN_GAP_MS),
    byDefault: ({ unreadyMs }: ResolvedBlockedLoop, { killMs = Infinity }: Partial<ResolvedBlockedLoop>) =>
      Math.max(unreadyMs, Math.min(5000, killMs)),
  },
  killMs: {
    rule: milliseconds(MIN_GAP_MS),
    byDefault: ({ evidenceMs }: ResolvedBlockedLoop) => Math.max(10_000, evidenceMs),
  },
});

export const blockedLoop: Rule<BlockedLoopOptions, ResolvedBlockedLoop> = object(
  BLOCKED_LOOP,
  (given: BlockedLoopOptions, path) => {
    const { unreadyMs, evidenceMs, killMs } = blockedLoop.complete(given);
    return [
      ...integer(unreadyMs).check(evidenceMs, [...path, 'evidenceMs']),
      ...integer(evidenceMs).check(killMs, [...path, 'killMs']),
    ];
  },
);

/** Fills in the defaults where a standby waits. @param given Without problems. */
export function besideStandby(given: BlockedLoopOptions): ResolvedBlockedLoop {
  const all = blockedLoop.complete(given);
  const { evidenceMs, killMs = Infinity } = given;
  if (evidenceMs !== undefined) return all;
  return Object.freeze({
    ...all,
    evidenceMs: Math.max(all.unreadyMs, Math.min(EVIDENCE_WITH_STANDBY_MS, killMs)),
  });
}
