// Fingerprints of requests: salted digests by which two requests are found to be alike, without keeping anything of either.
import type { IncomingHttpHeaders } from 'node:http';
import type { Peer } from '../classify/criticality-header.ts';
import { lengthClass, placeOf, shapeOf } from './shape.ts';

/** The parts of a request that a fingerprint is made of. */
export interface RequestHead {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly bodyBytes: number;
  readonly peer: Peer | undefined;
}

/** Each is 16 hexadecimal digits that mean nothing without the salt. */
export interface Fingerprint {
  /** Of this request: the same again, by the same caller. */
  readonly request: string;
  /** Of its caller and its shape; of its caller and its place where the caller is named: what it loses is its own. */
  readonly caller: string;
  /** Of its shape. */
  readonly shape: string;
  /** Of its method, path and parameter names. */
  readonly place: string;
  /** Of its caller. */
  readonly identity: string;
  /** The caller is one that the configuration names (`priority.identity`), not an address, which many may share. */
  readonly isNamed: boolean;
}

/** What fingerprints are made with. Plain data: it travels to workers as JSON. */
export interface FingerprintSetup {
  /** Of this instance, at random: fingerprints of different instances have nothing in common. */
  readonly salt: string;
  /** Header with the caller's identity. */
  readonly identityHeader: string | undefined;
}

/** Digits of a fingerprint: 64 bits. */
const DIGITS = 16;

/** Headers whose value changes when the same request is sent again; of these the class of the length counts. */
const VOLATILE: ReadonlySet<string> = new Set([
  'baggage',
  'cf-ray',
  'date',
  'forwarded',
  'idempotency-key',
  'if-modified-since',
  'if-none-match',
  'respite-attempt',
  'respite-criticality',
  'respite-deadline-ms',
  'traceparent',
  'tracestate',
  'x-amzn-trace-id',
  'x-b3-parentspanid',
  'x-b3-spanid',
  'x-b3-traceid',
  'x-cloud-trace-context',
  'x-correlation-id',
  'x-request-id',
]);

export class Fingerprints {
  readonly #salt: string;
  readonly #identityHeader: string | undefined;

  constructor({ salt, identityHeader }: FingerprintSetup) {
    this.#salt = salt;
    this.#identityHeader = identityHeader;
  }

  /** Of its place alone: most requests differ in that already. */
  placeOf({ method, target }: Pick<RequestHead, 'method' | 'target'>): string {
    return this.#digest('place', placeOf(method, target));
  }

  of(head: RequestHead): Fingerprint {
    const { method, target, headers, bodyBytes, peer } = head;
    const named = this.#identityHeader === undefined ? undefined : headers[this.#identityHeader];
    const isNamed = typeof named === 'string' && named !== '';
    const identity = this.#digest('identity', isNamed ? `named ${named}` : addressOf(headers, peer));
    const place = this.placeOf(head);
    const shape = this.#digest('shape', shapeOf(method, target, headers, bodyBytes));
    return {
      request: this.#digest('request', [identity, method, target, bodyBytes, ...fields(headers)].join('\n')),
      caller: this.#digest('caller', `${identity} ${isNamed ? place : shape}`),
      shape,
      place,
      identity,
      isNamed,
    };
  }

  #digest(kind: string, text: string): string {
    // Loaded when it is needed, which is seldom: it takes milliseconds, and the start of a worker should not wait for it.
    const { hash } = process.getBuiltinModule('node:crypto');
    return hash('sha256', `${this.#salt}\n${kind}\n${text}`).slice(0, DIGITS);
  }
}

/**
 * The address of the connection, with the one that a proxy there has seen. A caller that writes `X-Forwarded-For` itself has the address of its own
 * connection in front of it, so it can pass for no one else.
 */
function addressOf(headers: IncomingHttpHeaders, peer: Peer | undefined): string {
  const forwarded = headers['x-forwarded-for'];
  const last = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined;
  return `address ${peer?.remoteAddress ?? ''} ${last ?? ''}`;
}

function fields(headers: IncomingHttpHeaders): string[] {
  return Object.keys(headers).map((name) => {
    const value = String(headers[name]);
    return `${name}: ${VOLATILE.has(name) ? `:${lengthClass(value.length)}` : value}`;
  });
}
