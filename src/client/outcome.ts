import { retryAfterMs } from '../http/retry-after.ts';

/** How an attempt ended, in terms that do not depend on how it was sent. */
export type Outcome =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** The peer proves that the handler never ran: `Respite-Shed`, not after a redirect. */
      readonly isShed: boolean;
      /** What `Retry-After` asks for, in ms; 0 without one. */
      readonly retryAfterMs: number;
      /** `Respite-Retry: no`: the peer asks not to repeat the request. */
      readonly forbidsRetry: boolean;
      readonly tookMs: number;
    }
  /** No connection: the peer has not seen the request. */
  | { readonly kind: 'not-sent' }
  /** The connection broke before the response; the peer may have begun. */
  | { readonly kind: 'connection-lost' }
  /** The peer did not answer in time. */
  | { readonly kind: 'timed-out' }
  /** The caller no longer wants it, or it could never have been sent. It says nothing about the peer. */
  | { readonly kind: 'withdrawn' };

/**
 * @param field Reads a field of the response; names are in lower case.
 * @param wasRedirected The response may come from another origin.
 */
export function outcomeOfResponse<H>(
  status: number,
  field: (headers: H, name: string) => string | undefined,
  headers: H,
  tookMs: number,
  wasRedirected = false,
): Outcome {
  if (status < 400) {
    return { kind: 'response', status, isShed: false, retryAfterMs: 0, forbidsRetry: false, tookMs };
  }
  const mayBeShed = (status === 429 || status === 503) && !wasRedirected;
  return {
    kind: 'response',
    status,
    isShed: mayBeShed && field(headers, 'respite-shed') !== undefined,
    retryAfterMs: retryAfterMs(field(headers, 'retry-after'), Date.now()),
    forbidsRetry: field(headers, 'respite-retry') === 'no',
    tookMs,
  };
}

/** Nothing more to decide: the response is what the caller wants. */
export function isSuccess(outcome: Outcome): boolean {
  return outcome.kind === 'response' && outcome.status < 400;
}

/** What an outcome says about the peer. */
export type Verdict = 'success' | 'served' | 'refused' | 'failed' | 'nothing';

/** Statuses by which a server or a proxy in front of it says that it cannot serve now. */
const UNAVAILABLE: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Judges the peer. A 500 is an error of one handler: the peer serves, so neither throttling nor the circuit counts it, but the retry
 * budget gets nothing for it.
 *
 * @param slowMs Responses that take longer are failures; undefined for none.
 */
export function verdictOf(outcome: Outcome, slowMs: number | undefined): Verdict {
  if (outcome.kind === 'withdrawn') return 'nothing';
  if (outcome.kind !== 'response') return 'failed';
  if (outcome.status === 429 || outcome.isShed) return 'refused';
  if (UNAVAILABLE.has(outcome.status)) return outcome.retryAfterMs > 0 ? 'refused' : 'failed';
  if (slowMs !== undefined && outcome.tookMs > slowMs) return 'failed';
  return outcome.status >= 500 ? 'served' : 'success';
}
