import type { DispatchInterceptor } from '../core/dispatch-shapes.ts';
import { rememberInbound } from '../core/inbound.ts';
import { interceptThrough } from './dispatch/interceptor.ts';
import { type ClientFetch, fetchThrough } from './fetch.ts';
import { showInstruments } from './instruments.ts';
import { type ClientOptions, resolveClientOptions } from './options.ts';
import type { PeerState } from './peer/peer.ts';
import type { HeldBackReason } from './peer/counts.ts';
import { Peers } from './peers.ts';

/** What the client has done at one origin. */
export interface ClientStats {
  /** Calls that were made, also those held back. */
  readonly calls: number;
  /** Attempts that were sent for them. */
  readonly attempts: number;
  /** Attempts beyond the first of a call. */
  readonly retries: number;
  /** Second attempts beside one that took long. */
  readonly hedges: number;
  /** Attempts that the origin served. */
  readonly succeeded: number;
  /** Attempts that it did not: no answer in time, no connection, 429, 502, 503, 504. */
  readonly failed: number;
  /** Calls that were not sent, by reason; in a dry run calls that would not have been. */
  readonly heldBack: Readonly<Record<HeldBackReason, number>>;
  /** Retries that the client may make now. */
  readonly budget: number;
  /** Whether calls to the origin are sent at the moment. */
  readonly state: PeerState;
}

/** Makes calls to other services, and never makes their outage worse. */
export interface Client {
  /** `fetch`, with retries within a budget. A call that is held back is a 503 with `Respite-Held-Back` and `Retry-After`. */
  readonly fetch: ClientFetch;
  /**
   * The same client for undici's dispatchers, version 7 and later: `new Agent().compose(client.interceptor())`. Put redirects outside of
   * it: each request of theirs is a call.
   */
  interceptor(): DispatchInterceptor;
  /** What the client has done at an origin such as `http://mailbox.internal`; undefined if there was no call to it. */
  stats(origin: string): ClientStats | undefined;
  /** Takes the client's numbers out of the metrics. Calls still work afterwards. */
  close(): void;
}

/**
 * Creates a client. Make one for your process and keep it: what it learns about an origin is in it.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 * @example
 * ```ts
 * import { createClient } from 'respite/client';
 *
 * const client = createClient({ origins: { 'http://stock.internal': { trustsRefusals: true } } });
 * const response = await client.fetch('http://stock.internal/items/7', { deadlineMs: 800 });
 * ```
 */
export function createClient(options: ClientOptions = {}): Client {
  const resolved = resolveClientOptions(options);
  if (resolved.inherits) rememberInbound();
  const peers = new Peers(resolved.rulesOf, resolved.random);
  const hideInstruments = showInstruments(peers, resolved);
  return {
    fetch: fetchThrough(resolved, peers),
    interceptor: () => interceptThrough(resolved, peers),
    stats: (origin) => {
      const peer = peers.get(URL.parse(origin)?.origin ?? origin);
      if (peer === undefined) return undefined;
      const nowMs = resolved.now();
      const { calls, attempts, retries, hedges, succeeded, failed, heldBack } = peer.counts;
      return {
        calls,
        attempts,
        retries,
        hedges,
        succeeded,
        failed,
        heldBack: { ...heldBack },
        budget: peer.budgetTokens(nowMs),
        state: peer.state(nowMs),
      };
    },
    close: hideInstruments,
  };
}
