import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Criticality, RoutePolicy } from '../admission/index.ts';
import { declare, declaredBy } from './declared.ts';
import { enterPolicy, type FrameworkRoute, learnRoutes, requestFor } from './enter.ts';
import { labelOf } from './template.ts';

/** A middleware of Express, in terms of node:http. */
export type ExpressMiddleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** What Express puts on a request. */
interface Routed {
  readonly app?: ExpressApp;
  readonly route?: { readonly path: unknown };
  readonly baseUrl?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

interface ExpressApp {
  readonly router?: ExpressRouter;
  path(): string;
}

interface ExpressRouter {
  readonly name?: string;
  readonly stack?: readonly Layer[];
}

/** A route, a mounted router or a plain middleware. Not documented, but read by many. */
interface Layer {
  /** As it was given. Only known to `router` from 2.3 on. */
  readonly rawPath?: unknown;
  readonly route?: {
    readonly path: unknown;
    readonly stack: readonly { readonly method?: string; readonly handle: unknown }[];
  };
  readonly handle?: ExpressRouter;
}

/**
 * Makes the templates of Express's routes the labels of requests: `app.use(respite())` before the routes.
 *
 * @example
 * ```ts
 * import express from 'express';
 * import { respite } from 'respite/express';
 *
 * const app = express();
 * app.use(respite());
 * app.get('/users/:id', (request, response) => void response.json({ id: request.params.id }));
 * ```
 */
export function respite(): ExpressMiddleware {
  return (request, response, next) => {
    const inFlight = requestFor(response);
    if (inFlight !== undefined) {
      const { app } = request as Routed;
      if (app !== undefined) learnRoutes(inFlight.admission, app, routesOf);
      if (inFlight.route === '') inFlight.labeller = labelOfResponse;
    }
    next();
  };
}

/**
 * The policy of a route: `app.post('/deliveries', policy({ criticality: 'sheddable' }), handler)`.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 * @example
 * ```ts
 * import express from 'express';
 * import { policy } from 'respite/express';
 *
 * const app = express();
 * app.post('/reports', policy('sheddable'), (request, response) => void response.sendStatus(202));
 * ```
 */
export function policy(given: Criticality | RoutePolicy): ExpressMiddleware {
  return declare(given, (resolved) => (request, response, next) => {
    const inFlight = requestFor(response);
    if (inFlight !== undefined) {
      const { app } = request as Routed;
      if (app !== undefined) learnRoutes(inFlight.admission, app, routesOf);
      if (inFlight.policy !== resolved) {
        if (enterPolicy(inFlight, resolved, request, response, templateOf(request as Routed))) return;
      }
    }
    next();
  });
}

/** Asked when the answer leaves: by then Express has routed. */
function labelOfResponse(answering: object): string | undefined {
  const { req } = answering as ServerResponse;
  const template = req === undefined ? undefined : templateOf(req as Routed);
  return template === undefined ? undefined : labelOf(req.method ?? '', template);
}

/** Templates by route, where the stacks of routers tell. */
const templates = new WeakMap<object, string>();

/**
 * The template that has matched. Where the routers don't tell it, `baseUrl` has the values of a mounted router's parameters;
 * those that `mergeParams` shows are named again, others stay.
 */
function templateOf({ route, baseUrl = '', params = {} }: Routed): string | undefined {
  if (typeof route?.path !== 'string') return undefined;
  const known = templates.get(route);
  if (known !== undefined) return known;
  const own = new Set(route.path.split('/'));
  const mounted = baseUrl.split('/').map((segment) => {
    const name = Object.keys(params).find((key) => params[key] === segment && !own.has(`:${key}`));
    return name === undefined ? segment : `:${name}`;
  });
  return joined(mounted.join('/'), route.path);
}

function joined(prefix: string, path: string): string {
  return path === '/' && prefix !== '' ? prefix : prefix + path;
}

function* routesOf(app: ExpressApp): Generator<FrameworkRoute> {
  yield* readStack(app.router, app.path());
}

function* readStack(router: ExpressRouter | undefined, prefix: string): Generator<FrameworkRoute> {
  for (const { rawPath, route, handle } of router?.stack ?? []) {
    if (route !== undefined) {
      for (const path of [rawPath ?? route.path].flat()) {
        const template = typeof path === 'string' ? joined(prefix, path) : undefined;
        if (template !== undefined) templates.set(route, template);
        for (const method of new Set(route.stack.map((layer) => layer.method))) {
          const handlers = route.stack.filter(
            (layer) => layer.method === method || layer.method === undefined,
          );
          const found = declaredBy(handlers.map((layer) => layer.handle));
          yield { method: method?.toUpperCase(), template, policy: found };
        }
      }
    } else if (Array.isArray(handle?.stack) && typeof rawPath === 'string') {
      yield* readStack(handle, rawPath === '/' ? prefix : prefix + rawPath);
    } else if (Array.isArray(handle?.stack) || handle?.name === 'mounted_app') {
      // An application that is mounted shows its routes when a request reaches a policy inside it.
      yield { method: undefined, template: undefined, policy: undefined };
    }
  }
}
