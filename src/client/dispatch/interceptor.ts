// The client as an interceptor of undici's dispatchers.
import type { Dispatch, DispatchInterceptor } from '../../core/dispatch-shapes.ts';
import type { ResolvedClientOptions } from '../options.ts';
import type { Peers } from '../peers.ts';
import { DispatchCall } from './dispatch-call.ts';
import { originOf } from './request.ts';

/** Dispatches through the client. */
export function interceptThrough(options: ResolvedClientOptions, peers: Peers): DispatchInterceptor {
  const intercept =
    (dispatch: Dispatch): Dispatch =>
    (request, handler) => {
      const origin = originOf(request);
      if (origin === undefined) return dispatch(request, handler);
      const peer = peers.of(origin, options.now());
      return new DispatchCall(options, peer, origin, dispatch, request, handler).run();
    };
  return intercept as unknown as DispatchInterceptor;
}
