import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import {
  admissionOf,
  type ResolvedRoutePolicy,
  resolvePolicy,
  type RoutePolicy,
} from '../admission/index.ts';
import { enterPolicy, type FrameworkRoute, learnRoutes, requestFor } from './enter.ts';
import { labelOf } from './template.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How admission control treats the requests of this route. */
    respite?: RoutePolicy | undefined;
  }
}

function readAll(routes: readonly FrameworkRoute[]): readonly FrameworkRoute[] {
  return routes;
}

/**
 * Makes the routes of Fastify known to admission, with the policies in their `config.respite`:
 * `await app.register(respite)` before the routes.
 *
 * A policy that breaks the rules makes the route's declaration throw a RespiteError with code `RESPITE_OPTIONS_INVALID`.
 *
 * @example
 * ```ts
 * import fastify from 'fastify';
 * import { respite } from 'respite/fastify';
 *
 * const app = fastify();
 * await app.register(respite);
 * app.post('/reports', { config: { respite: { criticality: 'sheddable' } } }, async () => 'accepted');
 * ```
 */
export const respite: FastifyPluginCallback = Object.assign(
  (app: FastifyInstance, _options: object, done: () => void): void => {
    const routes: FrameworkRoute[] = [];
    const policies = new WeakMap<RoutePolicy, ResolvedRoutePolicy>();
    const resolve = (given: RoutePolicy | undefined, option: string): ResolvedRoutePolicy | undefined => {
      if (given === undefined) return undefined;
      let policy = policies.get(given);
      if (policy === undefined) {
        policy = resolvePolicy(option, given);
        policies.set(given, policy);
      }
      return policy;
    };

    app.addHook('onRoute', ({ method, url, config }) => {
      const policy = resolve(config?.respite, `${url}: config.respite`);
      const methods = [method].flat().filter((name) => name !== 'HEAD');
      const any = methods.length >= app.supportedMethods.length - 1;
      for (const name of any ? [undefined] : methods) routes.push({ method: name, template: url, policy });
    });
    // Whichever comes first after the server is protected.
    const learn = (): void => {
      const admission = admissionOf(app.server);
      if (admission !== undefined) learnRoutes(admission, routes, readAll);
    };
    app.addHook('onReady', async () => learn());
    app.addHook('onListen', async () => learn());
    app.addHook('onRequest', (request, reply, next) => {
      // An injected request has passed no server.
      const inFlight = '_lightMyRequest' in reply.raw ? undefined : requestFor(reply.raw);
      if (inFlight !== undefined) {
        learnRoutes(inFlight.admission, routes, readAll);
        const { url, config } = request.routeOptions;
        const policy = resolve(config.respite, 'config.respite');
        if (policy !== undefined && enterPolicy(inFlight, policy, request.raw, reply.raw, url)) {
          reply.hijack();
          return;
        }
        if (inFlight.route === '' && url !== undefined) inFlight.label(labelOf(request.method, url));
      }
      next();
    });
    done();
  },
  // What fastify-plugin does: the hooks are for the routes of the scope that registers the plugin.
  { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: 'respite' },
);
