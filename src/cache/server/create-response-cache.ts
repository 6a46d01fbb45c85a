// The cache as a middleware of servers.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { object, resolve, type Rule, without } from '../../core/options.ts';
import { type CacheControls, controlsOf } from '../controls.ts';
import { Engine } from '../engine/engine.ts';
import { CACHE, type CacheOptions, resolveCacheOptions } from '../options.ts';
import { type HonoMiddleware, serveHono } from './hono.ts';
import { serve } from './serve.ts';

/** Options of {@link createResponseCache}: those of `createCache` that are not about origins elsewhere. */
export type ResponseCacheOptions = Omit<CacheOptions, 'fetch' | 'unreachable'>;

const responseCache: Rule<ResponseCacheOptions, unknown> = object(without(CACHE, 'fetch', 'unreachable'));

/** A handler of node:http. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => unknown;

/** As much of Koa's context as is used. */
interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  respond?: boolean | undefined;
}

/** As much of Fastify's request and reply as is used. */
interface FastifyRequest {
  readonly raw: IncomingMessage;
}

interface FastifyReply {
  readonly raw: ServerResponse;
  getHeaders(): Readonly<Record<string, number | string | string[] | undefined>>;
  hijack(): unknown;
}

/** A cache of the responses of this server. */
export interface ResponseCache extends CacheControls {
  /** Around a handler of node:http, node:https or node:http2's compatibility API: `createServer(cache.handler(app))`. */
  handler(handler: NodeHandler): (request: IncomingMessage, response: ServerResponse) => void;
  /** For Express, Connect and the like: `app.use(cache.express())`. What is used before runs for each request. */
  express(): (request: IncomingMessage, response: ServerResponse, next: () => void) => void;
  /** For Koa: `app.use(cache.koa())`. */
  koa(): (context: KoaContext, next: () => Promise<unknown>) => Promise<void>;
  /** For Fastify: `app.addHook('onRequest', cache.fastify())`. */
  fastify(): (request: FastifyRequest, reply: FastifyReply, done: () => void) => void;
  /** For Hono: `app.use(cache.hono())`. */
  hono(): HonoMiddleware;
}

/**
 * Creates a cache for the responses of this server, by the rules of HTTP (RFC 9111): what is stored, and for how long, is for the handlers to
 * say. Requests for the same thing at the same time share one run of its handler.
 *
 * @throws RespiteError with code `RESPITE_OPTIONS_INVALID` that names the option, its rule and the value.
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { Redis } from 'ioredis';
 * import { createResponseCache, redisStore } from 'respite/cache';
 *
 * const cache = createResponseCache({ store: redisStore(new Redis()) });
 * createServer(cache.handler(handler)).listen(3000);
 * ```
 */
export function createResponseCache(options: ResponseCacheOptions = {}): ResponseCache {
  resolve(responseCache, options, ['cache']);
  // Behind a proxy requests for one URL are told apart by what the proxy says.
  const resolved = { ...resolveCacheOptions(options), hasPartitions: true };
  const engine = new Engine(resolved);
  return {
    ...controlsOf(engine, resolved.store),
    handler: (handler) => (req, res) => {
      serve(engine, req, res, () => {
        handler(req, res);
      });
    },
    express: () => (req, res, next) => {
      serve(engine, req, res, next);
    },
    koa: () => async (context, next) => {
      const isRun = await new Promise<boolean>((settle) => {
        serve(
          engine,
          context.req,
          context.res,
          () => {
            settle(true);
          },
          () => {
            settle(false);
          },
        );
      });
      if (isRun) await next();
      else context.respond = false;
    },
    fastify: () => (request, reply, done) => {
      // Fastify keeps fields of hooks before this one aside, and would write them as the handler's.
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) reply.raw.setHeader(name, value);
      serve(engine, request.raw, reply.raw, done, () => {
        reply.hijack();
      });
    },
    hono: () => serveHono(engine),
  };
}
