import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Criticality, RoutePolicy } from '../admission/index.ts';
import { declare, declaredBy } from './declared.ts';
import { enterPolicy, type FrameworkRoute, learnRoutes, requestFor } from './enter.ts';
import { labelOf } from './template.ts';

/** What is used of Koa's context, and what @koa/router puts on it. */
export interface KoaContext {
  /** Node.js's request. */
  readonly req: IncomingMessage;
  /** Node.js's response. */
  readonly res: ServerResponse;
  /** Set to false when a shed request has been answered already. */
  respond?: boolean;
}

/** A middleware of Koa or @koa/router. */
export type KoaMiddleware = (context: KoaContext, next: () => Promise<unknown>) => Promise<void>;

interface Routed {
  readonly router?: KoaRouter;
  readonly _matchedRoute?: string | RegExp;
}

interface KoaRouter {
  readonly stack?: readonly {
    readonly path: string | RegExp;
    readonly methods: readonly string[];
    readonly stack: readonly unknown[];
  }[];
}

/** `router.all` names every method that Node.js knows, of which there have been more than 30 for long. */
const ALL_METHODS = 30;

/**
 * Makes the templates of @koa/router the labels of requests: `app.use(respite())` before the routers.
 *
 * @example
 * ```ts
 * import Koa from 'koa';
 * import { respite } from 'respite/koa';
 *
 * const app = new Koa();
 * app.use(respite());
 * ```
 */
export function respite(): KoaMiddleware {
  return async (context, next) => {
    const inFlight = requestFor(context.res);
    try {
      await next();
    } finally {
      const { router, _matchedRoute: template } = context as Routed;
      if (inFlight !== undefined && router !== undefined) {
        learnRoutes(inFlight.admission, router, routesOf);
        if (inFlight.route === '' && typeof template === 'string')
          inFlight.label(labelOf(context.req.method ?? '', template));
      }
    }
  };
}

/**
 * The policy of a route: `router.post('/deliveries', policy({ criticality: 'sheddable' }), handler)`.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 * @example
 * ```ts
 * import Router from '@koa/router';
 * import { policy } from 'respite/koa';
 *
 * const router = new Router();
 * router.post('/reports', policy('sheddable'), (context) => {
 *   context.status = 202;
 * });
 * ```
 */
export function policy(given: Criticality | RoutePolicy): KoaMiddleware {
  return declare(given, (resolved) => async (context, next) => {
    const inFlight = requestFor(context.res);
    if (inFlight !== undefined) {
      const { router, _matchedRoute: template } = context as Routed;
      if (router !== undefined) learnRoutes(inFlight.admission, router, routesOf);
      const known = typeof template === 'string' ? template : undefined;
      if (enterPolicy(inFlight, resolved, context.req, context.res, known)) {
        context.respond = false;
        return;
      }
    }
    await next();
  });
}

function* routesOf({ stack = [] }: KoaRouter): Generator<FrameworkRoute> {
  for (const { path, methods, stack: middlewares } of stack) {
    const template = typeof path === 'string' ? path : undefined;
    const found = declaredBy(middlewares);
    const named = methods.length > ALL_METHODS ? [undefined] : methods.filter((method) => method !== 'HEAD');
    for (const method of named) yield { method, template, policy: found };
  }
}
