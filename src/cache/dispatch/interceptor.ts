// The cache as an interceptor of undici's dispatchers.
import { stringify } from 'node:querystring';
import type { Engine } from '../engine/engine.ts';
import { type FieldsInit, readFields } from '../../http/fields.ts';
import { audienceOf } from '../policy/audience.ts';
import { readRequest } from '../policy/request.ts';
import { Delivery } from './delivery.ts';
import { DispatchOrigin } from './origin.ts';
import type {
  Dispatch,
  DispatchHandler,
  DispatchInterceptor,
  DispatchOptions,
} from '../../core/dispatch-shapes.ts';

/** Dispatches through the engine. */
export function interceptThrough(engine: Engine): DispatchInterceptor {
  return ((dispatch: Dispatch) => dispatchThrough(engine, dispatch)) as unknown as DispatchInterceptor;
}

function dispatchThrough(engine: Engine, dispatch: Dispatch): Dispatch {
  return (given, handler) => {
    const options = withQuery(given);
    const url = options === undefined ? undefined : urlOf(options);
    if (options === undefined || url === undefined || !isForCaches(options)) return dispatch(given, handler);
    requireHandler(handler);
    const delivery = new Delivery(handler);
    try {
      handler.onRequestStart?.(delivery, {});
      if (delivery.aborted) return true;
      const fields = readFields(headersOf(options.headers));
      const request = readRequest(options.method, url, fields, undefined, engine.rules, audienceOf(fields));
      const answer = engine.handle(request, new DispatchOrigin(dispatch, options, fields, url, delivery));
      if (answer instanceof Promise) {
        answer.then(
          (later) => {
            delivery.begin(later);
          },
          (error: unknown) => {
            delivery.fail(error);
          },
        );
      } else delivery.begin(answer);
    } catch (error) {
      delivery.fail(error);
    }
    return true;
  };
}

/** Handlers of undici 6, which would never be called: undici 8 refuses them in the same words. */
function requireHandler(handler: DispatchHandler): void {
  if (typeof handler.onRequestStart === 'function' || typeof handler.onResponseStart === 'function') return;
  throw Object.assign(new TypeError('invalid onRequestStart method: undici 7 or later is needed'), {
    code: 'UND_ERR_INVALID_ARG',
  });
}

/**
 * Neither tunnels and upgrades, nor a GET with content, which asks for something that the URL does not name, nor fields of a kind that undici
 * refuses.
 */
function isForCaches({ method, upgrade, body, headers }: DispatchOptions): boolean {
  if (typeof (headers ?? {}) !== 'object') return false;
  if (method === 'CONNECT' || (upgrade ?? false) !== false) return false;
  return (method !== 'GET' && method !== 'HEAD') || (body ?? null) === null;
}

/** As undici does it, but before the cache sees the URL; undefined for what undici refuses. */
function withQuery(options: DispatchOptions): DispatchOptions | undefined {
  if (options.query === undefined || options.query === null) return options;
  if (/[?#]/.test(options.path)) return undefined;
  const query = stringify(options.query as Parameters<typeof stringify>[0]);
  return { ...options, path: query === '' ? options.path : `${options.path}?${query}`, query: null };
}

/**
 * The URL as it is sent. The path is not normalized: undici sends it as it is, and what a server answers to `/a/../b` is no
 * answer to `/b`.
 */
function urlOf({ origin, path }: DispatchOptions): string | undefined {
  if (origin === undefined || !path.startsWith('/') || path.includes('#')) return undefined;
  const url = URL.parse(String(origin));
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.origin + path : undefined;
}

/** undici takes objects, pairs, and a flat list of names and values. */
function headersOf(headers: unknown): FieldsInit | undefined {
  if (headers === undefined || headers === null) return undefined;
  if (!Array.isArray(headers) || Array.isArray(headers[0])) return headers as FieldsInit;
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) pairs.push([String(headers[i]), String(headers[i + 1])]);
  return pairs;
}
