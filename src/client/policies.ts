// The client for code that does not know it: one state for all ways in which a process makes calls.
import type { ClientRequest } from 'node:http';
import type { Dispatch, DispatchHandler, DispatchOptions } from '../core/dispatch-shapes.ts';
import { recognizeAttempts } from '../core/attempts.ts';
import { rememberInbound } from '../core/inbound.ts';
import { DispatchCall } from './dispatch/dispatch-call.ts';
import { givenTerms } from './dispatch/request.ts';
import { AnyVersionHandler } from './dispatch/legacy/any-version-handler.ts';
import { callerHandler } from './dispatch/legacy/caller-handler.ts';
import { type ClientFetch, fetchThrough } from './fetch.ts';
import { showInstruments } from './instruments.ts';
import { heldBackRequest } from './node-http/held-back-request.ts';
import { HttpCall } from './node-http/http-call.ts';
import type { MakeRequest, RequestTarget } from './node-http/request-target.ts';
import { type ClientOptions, resolveClientOptions } from './options.ts';
import { Peers } from './peers.ts';
import { admit, termsOf } from './terms.ts';

export { fieldOf, isJudged } from './dispatch/request.ts';
export {
  type MakeRequest,
  type RequestArguments,
  spelledOrigin,
  targetOf,
} from './node-http/request-target.ts';

/** What acts on calls. Origins are as `URL.origin` has them. */
export interface Policies {
  readonly fetch: ClientFetch;
  /** A call through a dispatcher of undici, of any version; `dispatch` sends an attempt. */
  dispatch(origin: string, dispatch: Dispatch, request: DispatchOptions, handler: DispatchHandler): boolean;
  /** A call of node:http(s); `make` makes an attempt. */
  request(make: MakeRequest, target: RequestTarget): ClientRequest;
  /** Takes the numbers out of the metrics. */
  close(): void;
}

/** @param isDryRun Asked at each call. */
export function createPolicies(options: ClientOptions, isDryRun: () => boolean): Policies {
  const resolved = Object.freeze({
    ...resolveClientOptions(options),
    get dryRun() {
      return isDryRun();
    },
  });
  const { now } = resolved;
  if (resolved.inherits) rememberInbound();
  recognizeAttempts();
  const peers = new Peers(resolved.rulesOf, resolved.random);
  return {
    fetch: fetchThrough(resolved, peers),
    dispatch: (origin, dispatch, request, handler) => {
      const wanted = callerHandler(handler);
      if (wanted === undefined) return dispatch(request, handler);
      const nowMs = now();
      const send: Dispatch = (attempt, inner) => dispatch(attempt, new AnyVersionHandler(inner));
      return new DispatchCall(resolved, peers.of(origin, nowMs), send, request, wanted, nowMs).run();
    },
    request: (make, target) => {
      const nowMs = now();
      const peer = peers.of(target.origin, nowMs);
      const terms = termsOf(resolved, givenTerms(target.options.headers), nowMs);
      const admission = admit(peer, terms, nowMs);
      return 'heldBack' in admission
        ? heldBackRequest(make, target, admission.heldBack)
        : new HttpCall(resolved, peer, make, target, terms, admission.pass, nowMs).request;
    },
    close: showInstruments(peers, resolved),
  };
}
