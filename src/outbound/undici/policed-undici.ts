// The client for calls through undici: each copy that the process has, whichever of its functions and dispatchers is used.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Policies } from '../../client/policies.ts';
import { isAttempt } from '../../core/attempts.ts';
import type { Dispatch, DispatchHandler, DispatchOptions } from '../../core/dispatch-shapes.ts';
import type { NamedOrigins } from '../named-origins.ts';
import { type DispatcherPrototype, findCopies } from './find-copies.ts';
import { namedOriginOf } from './request-origin.ts';

/** Policies for undici. */
export interface PolicedUndici {
  /** To be called after `fetch`, which makes a dispatcher that all copies of undici may use. */
  lookAtShared(): void;
  stop(): void;
}

/** @param uncovered Is called once for each origin to which a copy sends requests before it is found. */
export function policeUndici(
  policies: Policies,
  origins: NamedOrigins,
  uncovered: (origin: string) => void,
): PolicedUndici {
  const restore = new Map<DispatcherPrototype, () => void>();
  const isJudgedBy = watchForUncovered(origins, uncovered);
  const search = findCopies((prototype) => {
    if (!restore.has(prototype)) restore.set(prototype, police(prototype, policies, origins, isJudgedBy.run));
  });
  return {
    lookAtShared: search.lookAtShared,
    stop: () => {
      search.stop();
      isJudgedBy.stop();
      for (const put of restore.values()) put();
    },
  };
}

type Run = <T>(dispatch: () => T) => T;

/** @returns Puts back what was there, unless another `dispatch` has taken its place. */
function police(
  prototype: DispatcherPrototype,
  policies: Policies,
  origins: NamedOrigins,
  run: Run,
): () => void {
  const direct = prototype.dispatch;
  function dispatch(this: object, options: DispatchOptions, handler: DispatchHandler): unknown {
    const send: Dispatch = (attempt, inner) => run(() => direct.call(this, attempt, inner)) as boolean;
    if (typeof options !== 'object' || options === null || isAttempt(options)) return send(options, handler);
    const origin = namedOriginOf(this, options, origins);
    return origin === undefined ? send(options, handler) : policies.dispatch(origin, send, options, handler);
  }
  prototype.dispatch = dispatch as DispatcherPrototype['dispatch'];
  return () => {
    if (prototype.dispatch === dispatch) prototype.dispatch = direct;
  };
}

/** Notices requests of copies that have not been found. */
function watchForUncovered(
  origins: NamedOrigins,
  uncovered: (origin: string) => void,
): { readonly run: Run; stop(): void } {
  /** The classes of requests that are made below a `dispatch` of ours, one for each copy. */
  const covered = new WeakSet();
  const reported = new Set<string>();
  let depth = 0;
  const created = (message: unknown): void => {
    const { request } = message as { readonly request: object & { readonly origin?: unknown } };
    const { constructor } = request;
    if (depth > 0) covered.add(constructor);
    if (covered.has(constructor) || isAttempt()) return;
    const origin = origins.find(request.origin);
    if (origin === undefined || reported.has(origin)) return;
    reported.add(origin);
    uncovered(origin);
  };
  subscribe('undici:request:create', created);
  return {
    run: (dispatch) => {
      depth += 1;
      try {
        return dispatch();
      } finally {
        depth -= 1;
      }
    },
    stop: () => {
      unsubscribe('undici:request:create', created);
    },
  };
}
