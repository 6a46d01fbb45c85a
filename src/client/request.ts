// A call of `fetch`, taken apart: what the client decides by, and what each attempt is sent with.
import type { Criticality } from '../core/criticality.ts';

export type Fetch = typeof globalThis.fetch;
export type FetchInput = Parameters<Fetch>[0];
type FetchInit = NonNullable<Parameters<Fetch>[1]>;
type BodyInit = NonNullable<FetchInit['body']>;

/** Options of a call: those of `fetch`, and what the client has beyond them. */
export interface ClientRequestInit extends Omit<FetchInit, 'body'> {
  /** As for `fetch`, or a function that makes the body anew for each attempt: streams can be repeated that way. */
  readonly body?: BodyInit | null | undefined | (() => BodyInit);
  /** Maximum time of the call with all its attempts, to the end of the response, in ms; sent along as `Respite-Deadline-Ms`. */
  readonly deadlineMs?: number | undefined;
  /** Class of the call; sent along as `Respite-Criticality`. */
  readonly criticality?: Criticality | undefined;
  /** Repeating the request does no harm. Default: derived from its method and `Idempotency-Key`. */
  readonly idempotent?: boolean | undefined;
}

/** What is known of a call before it is sent. */
export interface Target {
  readonly origin: string;
  readonly method: string;
}

const NORMALIZED: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']);

/** Origin and method; undefined for what is not HTTP or no URL, which is for `fetch` to judge. */
export function targetOf(input: FetchInput, init: ClientRequestInit): Target | undefined {
  const url = URL.parse(typeof input === 'string' || input instanceof URL ? input : input.url);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return undefined;
  const method = init.method ?? requestOf(input)?.method ?? 'GET';
  const upper = method.toUpperCase();
  return { origin: url.origin, method: NORMALIZED.has(upper) ? upper : method };
}

export function requestOf(input: FetchInput): Request | undefined {
  return typeof input === 'string' || input instanceof URL ? undefined : input;
}

/** The signal by which the caller ends the call. */
export function callerSignal(input: FetchInput, init: ClientRequestInit): AbortSignal | undefined {
  const own = init.signal === undefined ? requestOf(input)?.signal : init.signal;
  return own ?? undefined;
}

export function headersOf(input: FetchInput, init: ClientRequestInit): Headers {
  return new Headers(init.headers ?? requestOf(input)?.headers);
}

/** Whether the body can be sent again: anything but a stream, whose bytes are gone. */
export function hasRepeatableBody(input: FetchInput, { body }: ClientRequestInit): boolean {
  if (body === undefined) return (requestOf(input)?.body ?? null) === null;
  if (body === null || typeof body === 'string' || typeof body === 'function') return true;
  return (
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof Blob ||
    body instanceof FormData ||
    body instanceof URLSearchParams
  );
}

/** What an attempt is sent with. The caller's object stays as it is. @param headers In place of those that were given. */
export function attemptInit(
  init: ClientRequestInit,
  headers: Headers | undefined,
  signal: AbortSignal,
): FetchInit {
  const { body, deadlineMs: _deadline, criticality: _criticality, idempotent: _idempotent, ...own } = init;
  const attempt: FetchInit = { ...own, signal };
  if (headers !== undefined) attempt.headers = headers;
  if (body !== undefined) attempt.body = typeof body === 'function' ? body() : body;
  return attempt;
}

/** Maximum bytes that are read of a response that is not wanted. Reading them keeps the connection; more is not worth it. */
export const MAX_DISCARDED_BYTES = 65_536;

/** Disposes of a response, so that its connection is free for others. */
export function discard(response: Response): void {
  const bytes = Number(response.headers.get('content-length') ?? Infinity);
  const done = bytes <= MAX_DISCARDED_BYTES ? response.arrayBuffer() : response.body?.cancel();
  // The connection may break meanwhile, which is nothing to anyone.
  done?.catch(() => {});
}
