// The cache behind the signature of `fetch`.
import { RespiteError } from '../core/errors.ts';
import { headersOfAnswer } from './answer-headers.ts';
import { keepOwner, passOwnerOn } from './body-owner.ts';
import type { Answer } from './engine/answer.ts';
import type { Engine } from './engine/engine.ts';
import type { Origin, OriginResponse } from './engine/origin.ts';
import { type Fields, type FieldsInit, NO_FIELDS, readFields } from '../http/fields.ts';
import {
  NO_REQUEST_DIRECTIVES,
  readRequest,
  readRequestDirectives,
  type RequestDirectives,
} from './policy/request.ts';
import { CachedResponse } from './response.ts';
import { StoredResponse } from './stored-response.ts';

type Fetch = typeof globalThis.fetch;
type FetchInput = Parameters<Fetch>[0];
type FetchInit = NonNullable<Parameters<Fetch>[1]>;
type HeadersInit = ConstructorParameters<typeof Headers>[0];

const NULL_BODY = new Set([101, 103, 204, 205, 304]);

/** Codings that fetch decodes. */
const DECODED = /\b(?:gzip|x-gzip|deflate|br|zstd)\b/i;

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
  const given = typeof input === 'string' || input instanceof URL ? undefined : input;
  const signal = init?.signal ?? given?.signal ?? undefined;
  if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
  const url = absolute(urlOf(input));
  // Other schemes, and what fetch would refuse, are its own business.
  if (url === undefined) return (send ?? globalThis.fetch)(input, init);
  const method = normalMethod(init?.method ?? given?.method);
  // A GET with content is fetch's to refuse.
  if ((method === 'GET' || method === 'HEAD') && (init?.body ?? null) !== null)
    return (send ?? globalThis.fetch)(input, init);
  const fields =
    init?.headers === undefined && given === undefined ? NO_FIELDS : readFields(headersOf(given, init));
  const mode = init?.cache ?? given?.cache;
  const request = readRequest(method, url, fields, directivesOf(fields, mode), engine.rules);
  const found = engine.handle(request, new FetchOrigin(send, input, init, given, signal));
  return found instanceof Promise ? found.then(toResponse, asFetchFails) : Promise.resolve(toResponse(found));
}

function urlOf(input: FetchInput): string {
  if (typeof input === 'string') return input;
  return input instanceof URL ? input.href : input.url;
}

function headersOf(given: Request | undefined, init: FetchInit | undefined): FieldsInit | undefined {
  return (init?.headers ?? given?.headers) as FieldsInit | undefined;
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
    case 'no-cache':
      return { ...said, noCache: true };
    case 'force-cache':
      return { ...said, maxStale: Infinity };
    case 'only-if-cached':
      return { ...said, maxStale: Infinity, onlyIfCached: true };
    default:
      return said;
  }
}

/** The origin by way of fetch. */
class FetchOrigin implements Origin {
  readonly decodes = true;
  readonly #send: Fetch | undefined;
  readonly #input: FetchInput;
  readonly #init: FetchInit | undefined;
  readonly #given: Request | undefined;
  readonly signal: AbortSignal | undefined;

  constructor(
    send: Fetch | undefined,
    input: FetchInput,
    init: FetchInit | undefined,
    given: Request | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.#send = send;
    this.#input = input;
    this.#init = init;
    this.#given = given;
    this.signal = signal;
  }

  get lane(): string {
    return this.#init?.redirect ?? this.#given?.redirect ?? 'follow';
  }

  get follows(): boolean {
    return this.lane !== 'manual';
  }

  async send(changes: Fields, signal: AbortSignal | undefined, method?: string): Promise<OriginResponse> {
    const send = this.#send ?? globalThis.fetch;
    const headers = new Headers(headersOf(this.#given, this.#init) as HeadersInit | undefined);
    for (const name in changes) {
      const value = changes[name];
      if (value === undefined) headers.delete(name);
      else headers.set(name, value);
    }
    const init: FetchInit = { ...this.#init, headers, signal: signal ?? null };
    // The cache is here; those below need not think about it.
    delete init.cache;
    if (method !== undefined) init.method = method;
    const response = await send(this.#input, init);
    keepOwner(response);
    const fields = readFields(response.headers);
    const isHead = (init.method ?? this.#given?.method)?.toUpperCase() === 'HEAD';
    return {
      status: response.status,
      statusText: response.statusText,
      fields,
      setCookies: response.headers.getSetCookie(),
      body: response.body,
      url: response.url,
      redirected: response.redirected,
      decoded: !isHead && response.body !== null && DECODED.test(fields['content-encoding'] ?? ''),
    };
  }
}

function toResponse(answered: Answer): Response {
  const { status, statusText, body } = answered;
  const hasBody = !NULL_BODY.has(status);
  if (hasBody && body instanceof Uint8Array) return new StoredResponse(body, answered);
  const content = hasBody && !(body instanceof Uint8Array) ? body : null;
  const init = { status, statusText, headers: headersOfAnswer(answered) };
  return passOwnerOn(content, new CachedResponse(content, init, answered));
}
