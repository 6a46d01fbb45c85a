// What holds for a call, whichever way it is made: class, end, and the header fields that tell the peer.
import { CRITICALITIES, type Criticality } from '../core/criticality.ts';
import { resolve } from '../core/options.ts';
import { milliseconds, oneOf } from '../core/rules.ts';
import { type Inherited, inheritedNow, NOTHING_INHERITED } from './inherited.ts';
import type { ResolvedClientOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import type { Admission, Peer, Retry, RetryRequest } from './peer/peer.ts';

/** What the caller gives with a call. */
export interface GivenTerms {
  readonly criticality?: Criticality | undefined;
  readonly deadlineMs?: number | undefined;
}

export interface Terms {
  /** The call is sent once, as it is, whatever the client decides. */
  readonly isDryRun: boolean;
  /** Maximum time of an attempt, in ms; infinite in a dry run. */
  readonly attemptTimeoutMs: number;
  /** What attempts carry. Undefined if neither the caller nor the request that is handled has one. */
  readonly criticality: Criticality | undefined;
  readonly rank: number;
  /** When the call has to be over, by the client's clock. */
  readonly endMs: number;
  /** The attempt carries the deadline: the caller or the request has one, it is not only the client's default. */
  readonly sendsDeadline: boolean;
  /** Aborts when the caller of the request that is handled leaves. */
  readonly departure: AbortSignal | undefined;
}

const criticalityRule = oneOf(...CRITICALITIES);
const deadlineRule = milliseconds(0);

export function termsOf(options: ResolvedClientOptions, given: GivenTerms, nowMs: number): Terms {
  const inherited = options.inherits ? inheritedNow() : NOTHING_INHERITED;
  return options.dryRun
    ? dryRunTerms(options, given, inherited, nowMs)
    : actingTerms(options, given, inherited, nowMs);
}

/** In a dry run nothing is added to a call, and only its own deadline ends it. The class decides what would be held back. */
function dryRunTerms(
  options: ResolvedClientOptions,
  given: GivenTerms,
  inherited: Inherited,
  nowMs: number,
): Terms {
  const { criticality } = inherited;
  const unlimited = { ...options, deadlineMs: Infinity, criticality: criticality ?? options.criticality };
  const terms = actingTerms(unlimited, given, NOTHING_INHERITED, nowMs);
  return { ...terms, isDryRun: true, attemptTimeoutMs: Infinity };
}

function actingTerms(
  options: ResolvedClientOptions,
  given: GivenTerms,
  inherited: Inherited,
  nowMs: number,
): Terms {
  const wanted = given.criticality ?? inherited.criticality;
  const criticality = wanted === undefined ? undefined : resolve(criticalityRule, wanted, ['criticality']);
  const deadlineMs =
    given.deadlineMs === undefined
      ? options.deadlineMs
      : resolve(deadlineRule, given.deadlineMs, ['deadlineMs']);
  return {
    isDryRun: false,
    attemptTimeoutMs: options.attemptTimeoutMs,
    criticality,
    rank: CRITICALITIES.indexOf(criticality ?? options.criticality),
    endMs: nowMs + Math.min(deadlineMs, inherited.leftMs),
    sendsDeadline: given.deadlineMs !== undefined || inherited.leftMs < Infinity,
    departure: inherited.departure,
  };
}

/** Decides whether a call with these terms may go out. In a dry run all do, and the decision is counted. */
export function admit(peer: Peer, { rank, endMs, isDryRun }: Terms, nowMs: number): Admission {
  const admission = endMs > nowMs ? peer.admit(rank, nowMs) : peer.tooLate();
  if (!isDryRun || !('heldBack' in admission)) return admission;
  peer.counts.dryRun['hold-back'] += 1;
  return { pass: undefined };
}

/** Decides on another attempt. In a dry run there is none, and the decision is counted. */
export function decideRetry(
  peer: Peer,
  { rank, endMs, isDryRun }: Terms,
  outcome: Outcome,
  request: Omit<RetryRequest, 'leftMs'>,
  nowMs: number,
): Retry | undefined {
  const retry = peer.retry(outcome, rank, { ...request, leftMs: endMs - nowMs }, nowMs);
  if (retry === undefined || !isDryRun) return retry;
  peer.counts.dryRun.retry += 1;
  return undefined;
}

export type Fields = readonly (readonly [name: string, value: string])[];

/** Names and values of the fields that an attempt carries. @param leftMs What is left of the call. */
export function fieldsOf({ criticality, sendsDeadline }: Terms, attempts: number, leftMs: number): Fields {
  if (criticality === undefined && !sendsDeadline && attempts === 1) return NO_FIELDS;
  const fields: [string, string][] = [];
  if (criticality !== undefined) fields.push(['respite-criticality', criticality]);
  if (sendsDeadline) fields.push(['respite-deadline-ms', String(Math.max(1, Math.floor(leftMs)))]);
  if (attempts > 1) fields.push(['respite-attempt', String(attempts)]);
  return fields;
}

const NO_FIELDS: Fields = Object.freeze([]);

/** A deadline that passes says something about the peer only if the peer had this long to answer, in ms. */
export const MIN_JUDGED_MS = 100;
