// The client as an interceptor of undici's dispatchers.
import type { Dispatch, DispatchInterceptor, DispatchOptions } from '../../core/dispatch-shapes.ts';
import type { ResolvedClientOptions } from '../options.ts';
import type { Peer } from '../peer/peer.ts';
import type { Peers } from '../peers.ts';
import { DispatchCall } from './dispatch-call.ts';
import { isJudged, originOf } from './request.ts';

/** Dispatches through the client. */
export function interceptThrough(options: ResolvedClientOptions, peers: Peers): DispatchInterceptor {
  const intercept =
    (dispatch: Dispatch): Dispatch =>
    (request, handler) => {
      const nowMs = options.now();
      const peer = isJudged(request) ? peerOf(request, peers, nowMs) : undefined;
      if (peer === undefined) return dispatch(request, handler);
      return new DispatchCall(options, peer, dispatch, request, handler, nowMs).run();
    };
  return intercept as unknown as DispatchInterceptor;
}

function peerOf(request: DispatchOptions, peers: Peers, nowMs: number): Peer | undefined {
  // Nearly every call is to an origin that is known, under its name as it is.
  const known = typeof request.origin === 'string' ? peers.get(request.origin) : undefined;
  if (known !== undefined) return known;
  const origin = originOf(request);
  return origin === undefined ? undefined : peers.of(origin, nowMs);
}
