// The cache as an interceptor of undici's dispatchers. Their shapes are written down here, so that undici is not needed.
import { stringify } from 'node:querystring';
import type { Answer } from './engine/answer.ts';
import type { Engine } from './engine/engine.ts';
import { DispatchOrigin } from './dispatch-origin.ts';
import { type FieldsInit, readFields } from './http/fields.ts';
import { readRequest } from './policy/request.ts';

/** What undici calls headers of a response. */
export type DispatchHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** A request under way, in the hands of who gets the response. */
export interface DispatchController {
  readonly aborted: boolean;
  readonly paused: boolean;
  readonly reason: Error | null;
  abort(reason: Error): void;
  pause(): void;
  resume(): void;
}

/** Gets a response piece by piece (undici 7 and later). */
export interface DispatchHandler {
  onRequestStart?(controller: DispatchController, context: unknown): void;
  onResponseStart?(
    controller: DispatchController,
    statusCode: number,
    headers: DispatchHeaders,
    statusMessage?: string,
  ): void;
  onResponseData?(controller: DispatchController, chunk: Buffer): void;
  onResponseEnd?(controller: DispatchController, trailers: DispatchHeaders): void;
  onResponseError?(controller: DispatchController, error: Error): void;
}

/** The parts of a request that the cache reads; the others are passed on. */
export interface DispatchOptions {
  readonly origin?: string | URL | undefined;
  readonly path: string;
  readonly method: string;
  readonly headers?: unknown;
  readonly query?: Record<string, unknown> | null | undefined;
  readonly upgrade?: boolean | string | null | undefined;
}

/** Sends a request; undici's `dispatch`. */
export type Dispatch = (options: DispatchOptions, handler: DispatchHandler) => boolean;

/** For `dispatcher.compose(…)`: gives back a function of the same type, whichever version of undici it is of. */
export type DispatchInterceptor = <D extends (options: never, handler: never) => boolean>(dispatch: D) => D;

/** Bytes that are handed over at once. */
const PIECE_BYTES = 64 * 1024;

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
      if (delivery.aborted) {
        delivery.fail(delivery.reason);
        return true;
      }
      const fields = readFields(headersOf(options.headers));
      const request = readRequest(options.method, url, fields);
      const answer = engine.handle(
        request,
        new DispatchOrigin(dispatch, options, fields, url),
        delivery.signal,
      );
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

/** Hands an answer to a handler at its pace. */
class Delivery implements DispatchController {
  readonly #handler: DispatchHandler;
  readonly #abort = new AbortController();
  #headers: DispatchHeaders = {};
  #raw: Buffer[] | undefined;
  #resume: (() => void) | undefined;
  #isOver = false;
  paused = false;
  aborted = false;
  reason: Error | null = null;
  readonly rawTrailers: readonly never[] = [];

  constructor(handler: DispatchHandler) {
    this.#handler = handler;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Names and values in turn; undici's fetch reads these. */
  get rawHeaders(): Buffer[] {
    this.#raw ??= Object.entries(this.#headers).flatMap(([name, value]) =>
      [value ?? []].flat().flatMap((one) => [Buffer.from(name), Buffer.from(one, 'latin1')]),
    );
    return this.#raw;
  }

  set rawHeaders(raw: Buffer[]) {
    this.#raw = raw;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.#resume?.();
  }

  abort(reason: Error): void {
    if (this.aborted) return;
    this.aborted = true;
    this.reason = reason;
    this.#abort.abort(reason);
    if (this.#resume !== undefined) this.#resume();
  }

  begin(answer: Answer): void {
    this.#deliver(answer).catch((error: unknown) => {
      this.fail(error);
    });
  }

  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#handler.onResponseError?.(this, error as Error);
  }

  /** Runs to its end at once, unless the body has to be waited for, or is too much for its reader. */
  async #deliver(answer: Answer): Promise<void> {
    const { body } = answer;
    this.#headers = headersFor(answer);
    this.#handler.onResponseStart?.(this, answer.status, this.#headers, answer.statusText);
    if (body instanceof Uint8Array) {
      for (let at = 0; at < body.byteLength; at += PIECE_BYTES) {
        if (this.paused || this.aborted) await this.#untilWanted();
        this.#handler.onResponseData?.(this, Buffer.from(body.subarray(at, at + PIECE_BYTES)));
      }
    } else if (body !== null) {
      for await (const chunk of body) {
        if (this.paused || this.aborted) await this.#untilWanted();
        this.#handler.onResponseData?.(this, Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      }
    }
    if (this.paused || this.aborted) await this.#untilWanted();
    this.#isOver = true;
    this.#handler.onResponseEnd?.(this, {});
  }

  async #untilWanted(): Promise<void> {
    while (this.paused && !this.aborted) {
      await new Promise<void>((resolve) => {
        this.#resume = resolve;
      });
      this.#resume = undefined;
    }
    if (this.aborted) throw this.reason ?? new Error('aborted');
  }
}

function headersFor({ fields, extra, setCookies, age, cacheStatus }: Answer): DispatchHeaders {
  const headers: Record<string, string | string[]> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined && name !== 'set-cookie') headers[name] = value;
  }
  for (const name in extra) {
    const value = extra[name];
    if (value !== undefined) headers[name] = value;
  }
  if (setCookies.length > 0) headers['set-cookie'] = [...setCookies];
  if (age !== undefined) headers['age'] = String(age);
  const upstream = fields['cache-status'];
  headers['cache-status'] = upstream === undefined ? cacheStatus : `${upstream}, ${cacheStatus}`;
  return headers;
}
