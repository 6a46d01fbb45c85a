// Clients as the simulator drives them: Respite's own decisions, clients as they are found in the wild, and broken ones.
import { resolveClientOptions, type ClientOptions } from '../../../src/client/options.ts';
import type { Outcome } from '../../../src/client/outcome.ts';
import { Peer } from '../../../src/client/peer/peer.ts';

/** What a client remembers of an attempt. */
export interface Attempt {
  readonly number: number;
  readonly memory?: unknown;
}

export interface NextAttempt {
  readonly attempt: Attempt;
  readonly waitMs: number;
}

export interface SimulatedClient {
  /** The first attempt of a call; undefined if the client holds the call back. */
  begin(nowMs: number): Attempt | undefined;
  /** An attempt has ended, and the call has this long left. Undefined if there will be no other. */
  ended(attempt: Attempt, outcome: Outcome, leftMs: number, nowMs: number): NextAttempt | undefined;
}

export type CreateClient = (random: () => number) => SimulatedClient;

/** Rank of `critical`, the default class. */
const RANK = 1;

/** Respite's client for an idempotent request without a body. */
export function respiteClient(options: ClientOptions = {}): CreateClient {
  return (random) => {
    const rules = resolveClientOptions(options).rulesOf('http://bottom.internal');
    const peer = new Peer('http://simulated.example', rules, random, 0);
    return {
      begin: (nowMs) => {
        const admission = peer.admit(RANK, nowMs);
        return 'pass' in admission ? { number: 1, memory: admission.pass } : undefined;
      },
      ended: ({ number, memory }, outcome, leftMs, nowMs) => {
        peer.ended(memory as Parameters<Peer['ended']>[0], RANK, outcome, nowMs);
        const request = { isSafe: true, isRepeatable: true, attempts: number, leftMs };
        const retry = peer.retry(outcome, RANK, request, nowMs);
        if (retry === undefined) return undefined;
        return { attempt: { number: number + 1, memory: retry.pass }, waitMs: retry.waitMs };
      },
    };
  };
}

export function isFailure(outcome: Outcome): boolean {
  return outcome.kind !== 'response' || outcome.status >= 500;
}

/** Repeats whatever fails, after a back-off that doubles. */
export function naiveRetries(maxAttempts: number, baseMs: number, maxMs: number): CreateClient {
  return () => ({
    begin: () => ({ number: 1 }),
    ended: ({ number }, outcome, leftMs) => {
      const waitMs = Math.min(maxMs, baseMs * 2 ** (number - 1));
      if (!isFailure(outcome) || number >= maxAttempts || waitMs >= leftMs) return undefined;
      return { attempt: { number: number + 1 }, waitMs };
    },
  });
}

/** undici 8.12 `interceptors.retry()`: 5 retries, 500 ms doubling up to 30 s, without jitter. */
export const undiciRetry: CreateClient = naiveRetries(6, 500, 30_000);

/** What most code does by hand. */
export const threeTries: CreateClient = naiveRetries(3, 100, 1000);

/** A breaker on half of the answers that never tries again once it is open. */
export const neverProbes: CreateClient = () => {
  let failuresInARow = 0;
  return {
    begin: () => (failuresInARow >= 20 ? undefined : { number: 1 }),
    ended: (_attempt, outcome) => {
      failuresInARow = isFailure(outcome) ? failuresInARow + 1 : 0;
      return undefined;
    },
  };
};

/** Holds everything back, which keeps any server safe. */
export const alwaysOpen: CreateClient = () => ({ begin: () => undefined, ended: () => undefined });

/** Sends everything once. */
export const neverRetries: CreateClient = () => ({
  begin: () => ({ number: 1 }),
  ended: () => undefined,
});
