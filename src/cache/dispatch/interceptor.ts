// The cache as an interceptor of undici's dispatchers.
import { stringify } from 'node:querystring';
import type { Engine } from '../engine/engine.ts';
import { type FieldsInit, readFields } from '../http/fields.ts';
import { readRequest } from '../policy/request.ts';
import { Delivery } from './delivery.ts';
import { DispatchOrigin } from './origin.ts';
import type { Dispatch, DispatchInterceptor, DispatchOptions } from './shapes.ts';

/** Dispatches through the engine. */
export function interceptThrough(engine: Engine): DispatchInterceptor {
  return ((dispatch: Dispatch) => dispatchThrough(engine, dispatch)) as unknown as DispatchInterceptor;
}

function dispatchThrough(engine: Engine, dispatch: Dispatch): Dispatch {
  return (given, handler) => {
    if (given.method === 'CONNECT' || given.origin === undefined || (given.upgrade ?? false) !== false) {
      return dispatch(given, handler);
    }
    const options = withQuery(given);
    const url = urlOf(options);
    if (url === undefined) return dispatch(given, handler);
    const delivery = new Delivery(handler);
    try {
      handler.onRequestStart?.(delivery, {});
      if (delivery.aborted) return true;
      const fields = readFields(headersOf(options.headers));
      const request = readRequest(options.method, url, fields);
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

/** As undici does it, but before the cache sees the URL. */
function withQuery(options: DispatchOptions): DispatchOptions {
  if (options.query === undefined || options.query === null) return options;
  const query = stringify(options.query as Parameters<typeof stringify>[0]);
  return { ...options, path: query === '' ? options.path : `${options.path}?${query}`, query: null };
}

function urlOf({ origin, path }: DispatchOptions): string | undefined {
  const url = URL.parse(String(origin) + path);
  return url === null || url.hash !== '' || url.username !== '' ? undefined : url.href;
}

/** undici takes objects, pairs, and a flat list of names and values. */
function headersOf(headers: unknown): FieldsInit | undefined {
  if (headers === undefined || headers === null) return undefined;
  if (!Array.isArray(headers) || Array.isArray(headers[0])) return headers as FieldsInit;
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < headers.length; i += 2) pairs.push([String(headers[i]), String(headers[i + 1])]);
  return pairs;
}
