import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Hono, MiddlewareHandler } from 'hono';
import type { Criticality, RoutePolicy } from '../admission/index.ts';
import { declare, declaredBy } from './declared.ts';
import { enterPolicy, type FrameworkRoute, learnRoutes, requestFor } from './enter.ts';
import { labelOf } from './template.ts';

/** What @hono/node-server puts into `c.env`; nothing of it on other platforms, where these middlewares do nothing. */
interface NodeBindings {
  readonly incoming?: IncomingMessage;
  readonly outgoing?: ServerResponse;
}

/** The part of an application that is read. */
type Application = Pick<Hono, 'routes'>;

/** Hono wraps the handlers of a mounted application that has its own error handler; this key leads to the original. */
const COMPOSED_HANDLER = '__COMPOSED_HANDLER';

/**
 * Makes the routes of `app` known to admission, and their templates the labels of requests: `app.use(respite(app))`
 * before the routes.
 *
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { respite } from 'respite/hono';
 *
 * const app = new Hono();
 * app.use(respite(app));
 * app.get('/users/:id', (c) => c.json({ id: c.req.param('id') }));
 * ```
 */
export function respite(app: Application): MiddlewareHandler {
  return async (context, next) => {
    const { outgoing } = nodeBindings(context.env);
    const inFlight = outgoing === undefined ? undefined : requestFor(outgoing);
    if (inFlight !== undefined) learnRoutes(inFlight.admission, app, routesOf);
    await next();
    if (inFlight?.route !== '') return;
    const template = routePath(context.req);
    if (template !== undefined) inFlight.label(labelOf(context.req.method, template));
  };
}

/**
 * The policy of a route: `app.post('/deliveries', policy({ criticality: 'sheddable' }), handler)`.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 * @example
 * ```ts
 * import { Hono } from 'hono';
 * import { policy } from 'respite/hono';
 *
 * const app = new Hono();
 * app.post('/reports', policy('sheddable'), (c) => c.body(null, 202));
 * ```
 */
export function policy(given: Criticality | RoutePolicy): MiddlewareHandler {
  return declare(given, (resolved): MiddlewareHandler => async (context, next) => {
    const { incoming, outgoing } = nodeBindings(context.env);
    if (incoming !== undefined && outgoing !== undefined) {
      const inFlight = requestFor(outgoing);
      if (
        inFlight !== undefined &&
        enterPolicy(inFlight, resolved, incoming, outgoing, routePath(context.req))
      ) {
        return alreadySent();
      }
    }
    await next();
    return undefined;
  });
}

/** Tells @hono/node-server that the request has been answered without it. */
function alreadySent(): Response {
  const response = new Response(null, { headers: { 'x-hono-already-sent': 'true' } });
  // @hono/node-server's own Response doesn't look at the header as long as the body was not asked for.
  void response.body;
  return response;
}

const NO_BINDINGS: NodeBindings = {};

function nodeBindings(env: unknown): NodeBindings {
  return env ?? NO_BINDINGS;
}

/** The template of the handler that runs now, or ran last. Structural, as Hono means to move it. */
function routePath(request: { readonly routePath?: string }): string | undefined {
  const template = request.routePath;
  return template === '*' || template === '/*' ? undefined : template;
}

function routesOf({ routes }: Application): FrameworkRoute[] {
  const found = new Map<string, FrameworkRoute>();
  for (const { method, path, handler } of routes) {
    const { [COMPOSED_HANDLER]: original } = handler as { [COMPOSED_HANDLER]?: unknown };
    const declared = declaredBy([handler, original]);
    // Mostly a middleware, not a route.
    if (declared === undefined && method === 'ALL' && path.endsWith('*')) continue;
    const key = `${method} ${path}`;
    found.set(key, {
      method: method === 'ALL' ? undefined : method,
      template: path,
      policy: found.get(key)?.policy ?? declared,
    });
  }
  return [...found.values()];
}
