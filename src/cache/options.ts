import { RespiteError } from '../core/errors.ts';
import { fail, fraction, integer, knownKeys, oneOf } from '../core/validate.ts';
import type { PolicyOptions } from './policy/options.ts';
import { type CacheRule, compileRules } from './policy/rules.ts';
import type { PartitionedRequest, RequestRules } from './policy/request.ts';
import type { CacheStore } from './store/contract.ts';
import { guarded } from './store/guard.ts';
import { memoryStore } from './store/memory.ts';

/** Options of a cache. Every one has a default; only `undefined` means default. */
export interface CacheOptions {
  /** Where responses are kept. Default {@link memoryStore} of 64 MiB. */
  readonly store?: CacheStore | undefined;
  /**
   * How long an operation of a store outside of this process may take, in milliseconds. One that takes longer is a miss, and the
   * store's circuit opens: it is not asked for a while. Default 50.
   */
  readonly storeTimeoutMs?: number | undefined;
  /**
   * `shared`: for the requests of many users; `private`: for those of one, so that `private` responses and those to requests
   * with credentials are stored too. Default `shared`.
   */
  readonly mode?: 'shared' | 'private' | undefined;
  /**
   * Request fields that say who asks, as Authorization does: what they bring is stored for others only if the response says
   * `public`, `s-maxage` or `must-revalidate`. In place of the default, a list of well-known ones; `authorization` always counts.
   */
  readonly credentialFields?: readonly string[] | undefined;
  /**
   * Names the user of a request, for what is one user's own: each has a partition, in which `private` responses and those to requests with
   * credentials are stored too, and which no other user's request is answered from. Undefined for what all may share. Default none.
   */
  readonly partition?: ((request: PartitionedRequest) => string | undefined) | undefined;
  /** Rules for some URLs: lifetimes, what is never stored, query parameters that make no difference. The first that matches counts. Default none. */
  readonly rules?: readonly CacheRule[] | undefined;
  /**
   * The URL in whose place a URL is stored, also for invalidation: for instance without a version that makes no difference. By default
   * itself. For a URL for which it throws nothing is stored.
   */
  readonly key?: ((url: URL) => string | URL) | undefined;
  /** The part of a lifetime by which it may be shorter, at random, so that what came together does not end together; from 0 to 1. Default 0. */
  readonly jitter?: number | undefined;
  /**
   * The last part of a lifetime, from 0 to 1, in which a request that is answered from the store also has it refreshed, so that what is
   * often asked for never becomes stale. Default 0: not before it is stale.
   */
  readonly earlyRefresh?: number | undefined;
  /** What requests to the origin are sent with. Default the global `fetch`, as it is when a request is sent. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Its name in the Cache-Status field (RFC 9211), a token. Default `Respite`. */
  readonly name?: string | undefined;
  /**
   * Response fields that rule in place of Cache-Control, the first that is there (RFC 9213), such as
   * `['my-cache-control', 'cdn-cache-control']`. Default none.
   */
  readonly targets?: readonly string[] | undefined;
  /**
   * How long past its freshness a response may be served while the origin errs, hangs or can't be reached, in
   * milliseconds, if the response has a lifetime or is `public` and doesn't say for how long (RFC 5861). `must-revalidate`, `no-cache`
   * and `s-maxage` forbid it. Default 300000.
   */
  readonly staleIfErrorMs?: number | undefined;
  /** How long somebody waits for the origin who could be served something stale, in milliseconds. Default 1000. */
  readonly revalidationDeadlineMs?: number | undefined;
  /**
   * What a request ends in when the origin can't be reached and nothing may be served: `throw` what `fetch` threw, or a
   * `gateway-timeout`, a response with status 504. Default `throw`.
   */
  readonly unreachable?: 'throw' | 'gateway-timeout' | undefined;
  /** Longest freshness of a response that says nothing of it but when it was changed, in milliseconds. Default 86400000. */
  readonly heuristicLimitMs?: number | undefined;
  /** How long a stale response is kept for the sake of its validator, in milliseconds. Default 86400000. */
  readonly retentionMs?: number | undefined;
  /** Response field that lists tags for `invalidateTags`, separated by commas. Default `cache-tag`. */
  readonly tagField?: string | undefined;
  /** Largest body that is stored, in bytes. Default 8388608 (8 MiB). */
  readonly entryLimitBytes?: number | undefined;
  /** Bytes of bodies on their way that are held at once; above that they are passed on and not stored. Default 67108864. */
  readonly inFlightLimitBytes?: number | undefined;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}

/** {@link CacheOptions} with every default filled in. */
export interface ResolvedCacheOptions extends PolicyOptions, RequestRules {
  readonly store: CacheStore;
  readonly storeTimeoutMs: number;
  /** What is invalidated may be stored for several partitions of the clients. */
  readonly hasPartitions: boolean;
  readonly earlyRefresh: number;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly name: string;
  readonly revalidationDeadlineMs: number;
  readonly unreachable: 'throw' | 'gateway-timeout';
  readonly entryLimitBytes: number;
  readonly inFlightLimitBytes: number;
  readonly now: () => number;
}

const DAY_MS = 86_400_000;

/** What a timer can take. */
const TIMER_LIMIT_MS = 2_147_483_647;

/** Fields by which APIs, identity proxies and gateways say who asks. */
const CREDENTIAL_FIELDS: readonly string[] = Object.freeze([
  'api-key',
  'apikey',
  'cf-access-jwt-assertion',
  'job-token',
  'ocp-apim-subscription-key',
  'private-token',
  'remote-user',
  'ssl-client-cert',
  'x-access-token',
  'x-amz-security-token',
  'x-amzn-oidc-data',
  'x-amzn-oidc-identity',
  'x-api-key',
  'x-apikey',
  'x-auth-key',
  'x-auth-request-email',
  'x-auth-request-user',
  'x-auth-token',
  'x-client-cert',
  'x-forwarded-access-token',
  'x-forwarded-client-cert',
  'x-forwarded-email',
  'x-forwarded-user',
  'x-goog-api-key',
  'x-goog-iap-jwt-assertion',
  'x-ms-client-principal',
  'x-remote-user',
  'x-session-id',
  'x-session-token',
  'x-tenant-id',
  'x-user-id',
  'x-vault-token',
]);

export const DEFAULTS: Omit<ResolvedCacheOptions, 'store' | 'hasPartitions'> = Object.freeze({
  // Many times what a store in the same data centre takes, and little to somebody who waits for an origin.
  storeTimeoutMs: 50,
  mode: 'shared',
  credentialFields: new Set(['authorization', ...CREDENTIAL_FIELDS]),
  partition: undefined,
  key: undefined,
  findRule: undefined,
  jitter: 0,
  random: Math.random,
  earlyRefresh: 0,
  fetch: undefined,
  name: 'Respite',
  targets: Object.freeze([]),
  staleIfErrorMs: 300_000,
  revalidationDeadlineMs: 1000,
  unreachable: 'throw',
  // RFC 9111, 4.2.2, leaves it open; a day is what older specifications took for the point where to warn.
  heuristicLimitMs: DAY_MS,
  retentionMs: DAY_MS,
  tagField: 'cache-tag',
  entryLimitBytes: 8 * 1024 * 1024,
  inFlightLimitBytes: 64 * 1024 * 1024,
  now: Date.now,
});

const { findRule: _findRule, random: _random, ...NAMED } = DEFAULTS;

/** Names of all options. */
export const NAMES: readonly string[] = ['store', 'rules', ...Object.keys(NAMED)];

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveCacheOptions(options: CacheOptions = {}): ResolvedCacheOptions {
  knownKeys('cache', options, NAMES);
  const ms = (name: 'staleIfErrorMs' | 'heuristicLimitMs' | 'retentionMs'): number =>
    integer(`cache.${name}`, options[name] ?? DEFAULTS[name], 0);
  const bytes = (name: 'entryLimitBytes' | 'inFlightLimitBytes'): number =>
    integer(`cache.${name}`, options[name] ?? DEFAULTS[name], 1);
  const storeTimeoutMs = integer(
    'cache.storeTimeoutMs',
    options.storeTimeoutMs ?? DEFAULTS.storeTimeoutMs,
    1,
    TIMER_LIMIT_MS,
  );
  return Object.freeze({
    store: guarded(options.store ?? memoryStore({ now: options.now }), { timeoutMs: storeTimeoutMs }),
    storeTimeoutMs,
    mode: oneOf('cache.mode', options.mode ?? DEFAULTS.mode, ['shared', 'private']),
    credentialFields: credentialFields(options.credentialFields),
    partition: optionalFunction('cache.partition', options.partition),
    key: optionalFunction('cache.key', options.key),
    findRule: compileRules('cache.rules', options.rules ?? []),
    jitter: fraction('cache.jitter', options.jitter ?? DEFAULTS.jitter),
    random: DEFAULTS.random,
    earlyRefresh: fraction('cache.earlyRefresh', options.earlyRefresh ?? DEFAULTS.earlyRefresh),
    hasPartitions: options.partition !== undefined,
    fetch: options.fetch,
    name: token('cache.name', options.name ?? DEFAULTS.name),
    targets: (options.targets ?? DEFAULTS.targets).map((target, i) =>
      token(`cache.targets[${i}]`, target).toLowerCase(),
    ),
    staleIfErrorMs: ms('staleIfErrorMs'),
    revalidationDeadlineMs: integer(
      'cache.revalidationDeadlineMs',
      options.revalidationDeadlineMs ?? DEFAULTS.revalidationDeadlineMs,
      1,
      TIMER_LIMIT_MS,
    ),
    unreachable: oneOf('cache.unreachable', options.unreachable ?? DEFAULTS.unreachable, [
      'throw',
      'gateway-timeout',
    ]),
    heuristicLimitMs: ms('heuristicLimitMs'),
    retentionMs: ms('retentionMs'),
    tagField: token('cache.tagField', options.tagField ?? DEFAULTS.tagField).toLowerCase(),
    entryLimitBytes: bytes('entryLimitBytes'),
    inFlightLimitBytes: bytes('inFlightLimitBytes'),
    now: options.now ?? DEFAULTS.now,
  });
}

function optionalFunction<F extends (...args: never) => unknown>(
  option: string,
  value: F | undefined,
): F | undefined {
  return value === undefined || typeof value === 'function' ? value : fail(option, 'a function', value);
}

function credentialFields(given: readonly string[] | undefined): ReadonlySet<string> {
  if (given === undefined) return DEFAULTS.credentialFields;
  const names = given.map((name, i) => token(`cache.credentialFields[${i}]`, name).toLowerCase());
  return new Set(['authorization', ...names]);
}

function token(option: string, value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*$/.test(value)) return value;
  throw new RespiteError(
    'RESPITE_OPTIONS_INVALID',
    `${option} must be a token (RFC 9651), got ${JSON.stringify(value)}`,
  );
}
