// The cache behind the signature of `fetch`: arguments in, the way that a cache mode has a request read, errors out.
import { RespiteError } from '../../core/errors.ts';
import { type Fields, type FieldsInit, NO_FIELDS, readFields } from '../../http/fields.ts';
import type { Engine } from '../engine/engine.ts';
import {
  NO_REQUEST_DIRECTIVES,
  readRequest,
  readRequestDirectives,
  type RequestDirectives,
} from '../policy/request.ts';
import { audienceOf } from '../policy/audience.ts';
import { toResponse } from './response.ts';
import { FetchOrigin } from './origin.ts';

type Fetch = typeof globalThis.fetch;
type FetchInput = Parameters<Fetch>[0];
type FetchInit = NonNullable<Parameters<Fetch>[1]>;

/** `fetch` through the engine, to origins by `send` (the global `fetch` if undefined). */
export function fetchThrough(engine: Engine, send: Fetch | undefined): Fetch {
  return (input, init) => {
    try {
      return answer(engine, send, input, init);
    } catch (error) {
      return Promise.reject(error);
    }
  };
}

/** What fetch throws when an origin can't be reached. */
function asFetchFails(error: unknown): never {
  if (error instanceof RespiteError) throw new TypeError('fetch failed', { cause: error });
  throw error;
}

function answer(
  engine: Engine,
  send: Fetch | undefined,
  input: FetchInput,
  init: FetchInit | undefined,
): Promise<Response> {
  // Arguments of a wrong kind are for fetch to refuse, in its own words.
  if (!isWellFormed(input, init)) return (send ?? globalThis.fetch)(input, init);
  const given = typeof input === 'string' || input instanceof URL ? undefined : input;
  const signal = init?.signal ?? given?.signal ?? undefined;
  if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
  const url = absolute(urlOf(input));
  // Other schemes, and what fetch would refuse, are its own business.
  if (url === undefined) return (send ?? globalThis.fetch)(input, init);
  const method = normalMethod(init?.method ?? given?.method);
  if (!isForCaches(method, init, given)) return (send ?? globalThis.fetch)(input, init);
  const fields =
    init?.headers === undefined && given === undefined ? NO_FIELDS : readFields(headersOf(given, init));
  // Fetch says what is wrong with it; a hit must not hide that.
  if (!isSendable(fields)) return (send ?? globalThis.fetch)(input, init);
  const mode = init?.cache ?? given?.cache;
  const directives = directivesOf(fields, mode);
  const request = readRequest(method, url, fields, directives, engine.rules, audienceOf(fields));
  const found = engine.handle(request, new FetchOrigin(send, input, init, given, signal, askedByMode(mode)));
  return found instanceof Promise ? found.then(toResponse, asFetchFails) : Promise.resolve(toResponse(found));
}

const MODES: ReadonlySet<unknown> = new Set([
  undefined,
  'default',
  'no-store',
  'reload',
  'no-cache',
  'force-cache',
  'only-if-cached',
]);

function isWellFormed(input: unknown, init: unknown): boolean {
  if (input === undefined || input === null) return false;
  if (init === undefined || init === null) return true;
  if (typeof init !== 'object') return false;
  const { cache, headers, signal } = init as Readonly<Record<'cache' | 'headers' | 'signal', unknown>>;
  return MODES.has(cache) && isHeadersInit(headers) && isSignal(signal);
}

function isHeadersInit(headers: unknown): boolean {
  if (headers === undefined) return true;
  if (!Array.isArray(headers)) return typeof headers === 'object' && headers !== null;
  return headers.every((pair: unknown) => Array.isArray(pair) && pair.length === 2);
}

function isSignal(signal: unknown): boolean {
  return signal === undefined || signal === null || signal instanceof EventTarget;
}

function urlOf(input: FetchInput): string {
  if (typeof input === 'string') return input;
  return input instanceof URL ? input.href : input.url;
}

function headersOf(given: Request | undefined, init: FetchInit | undefined): FieldsInit | undefined {
  return (init?.headers ?? given?.headers) as FieldsInit | undefined;
}

/**
 * Not a GET with content, which is fetch's to refuse, nor one whose content is to be checked: the check is that of fetch, and belongs
 * to one caller, not to those who share what it gets.
 */
function isForCaches(method: string, init: FetchInit | undefined, given: Request | undefined): boolean {
  if (method !== 'GET' && method !== 'HEAD') return true;
  return (init?.body ?? null) === null && (init?.integrity ?? given?.integrity ?? '') === '';
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const BYTES = /^[\t -~\x80-\xff]*$/;

function isSendable(fields: Fields): boolean {
  for (const name in fields) if (!TOKEN.test(name) || !BYTES.test(fields[name] ?? '')) return false;
  return true;
}

/** As `new Request` does: those that are often written small. */
function normalMethod(method: string | undefined): string {
  if (method === undefined) return 'GET';
  const upper = method.toUpperCase();
  return ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'].includes(upper) ? upper : method;
}

/** The URL without fragment, if it is one that can be cached. */
function absolute(input: string): string | undefined {
  const url = URL.parse(input);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  if (url.username !== '' || url.password !== '') return undefined;
  if (url.hash === '') return url.href;
  url.hash = '';
  return url.href;
}

/** Directives, and what the `cache` option of fetch says in other words. */
function directivesOf(fields: Fields, mode: Request['cache'] | undefined): RequestDirectives {
  const said = fields === NO_FIELDS ? NO_REQUEST_DIRECTIVES : readRequestDirectives(fields);
  switch (mode) {
    case 'no-store':
      return { ...said, noStore: true };
    case 'reload':
      return { ...said, noCache: true, reload: true };
    case 'no-cache':
      return { ...said, noCache: true };
    case 'force-cache':
      return { ...said, force: true };
    case 'only-if-cached':
      return { ...said, force: true, onlyIfCached: true };
    default:
      return said;
  }
}

const NOTHING: Fields = Object.freeze({});
const MAX_AGE_0: Fields = Object.freeze({ 'cache-control': 'max-age=0' });
const NO_CACHE: Fields = Object.freeze({ 'cache-control': 'no-cache', pragma: 'no-cache' });

/** What caches on the way are told, unless the caller does it (Fetch, HTTP-network-or-cache fetch, steps 16 and 17). */
function askedByMode(mode: Request['cache'] | undefined): Fields {
  if (mode === 'no-store' || mode === 'reload') return NO_CACHE;
  return mode === 'no-cache' ? MAX_AGE_0 : NOTHING;
}
