import { type Declaration, object, resolve, type Rule } from '../core/options.ts';
import { callable, flag, integer, list, milliseconds, oneOf, rule, share } from '../core/rules.ts';
import { CREDENTIAL_FIELDS } from './policy/credential-fields.ts';
import type { PolicyOptions } from './policy/options.ts';
import { type CacheRule, cacheRules, compileRules } from './policy/rules.ts';
import type { PartitionedRequest, RequestRules } from './policy/request.ts';
import type { CacheStore } from './store/contract.ts';
import { guarded } from './store/guard.ts';
import { memoryStore } from './store/memory.ts';

/** Options of a cache. Every one has a default; only `undefined` means default. */
export interface CacheOptions {
  /** Where responses are kept. Default `memoryStore()` of 64 MiB. */
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
   * `public`, `s-maxage` or `must-revalidate`. `authorization` always counts. Default a list of well-known ones.
   */
  readonly credentialFields?: readonly string[] | undefined;
  /**
   * Names the user of a request, for what is one user's own. Each user has a partition, in which `private` responses and those to requests with
   * credentials are stored too. No other user's request is answered from it. It returns undefined for what all may share. Default none.
   */
  readonly partition?: ((request: PartitionedRequest) => string | undefined) | undefined;
  /**
   * Responses with `Set-Cookie` are stored with their cookies where all is one user's: in mode `private`, and in a partition. Each answer
   * from the store sets them again, also after the user has got others. For all users together they are never stored. Default false.
   */
  readonly storeSetCookie?: boolean | undefined;
  /** Rules for some URLs: lifetimes, what is never stored, query parameters that make no difference. The first that matches counts. Default none. */
  readonly rules?: readonly CacheRule[] | undefined;
  /**
   * The URL in whose place a URL is stored, also for invalidation: for instance without a version that makes no difference. For
   * a URL for which it throws nothing is stored. Default itself.
   */
  readonly key?: ((url: URL) => string | URL) | undefined;
  /** The part of a lifetime by which it may be shorter, at random, so that what came together does not end together; from 0 to 1. Default 0. */
  readonly jitter?: number | undefined;
  /**
   * The last part of a lifetime, from 0 to 1, in which a request that is answered from the store also has it refreshed, so that popular
   * responses never become stale. With 0 a response is refreshed when it is stale. Default 0.
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
   * milliseconds. It holds for responses with a lifetime, or `public`, that don't say for how long (RFC 5861). `must-revalidate`, `no-cache`
   * and `s-maxage` forbid it. Default 300000.
   */
  readonly staleIfErrorMs?: number | undefined;
  /** How long a caller that could get a stale response waits for the origin, in milliseconds. Default 1000. */
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

/** Each of the options, complete. */
type Declared = Omit<ResolvedCacheOptions, 'store' | 'hasPartitions' | 'findRule' | 'random'> & {
  readonly store: CacheStore | undefined;
  readonly rules: readonly CacheRule[];
};

const token: Rule<string> = rule(
  'a token (RFC 9651)',
  (value) => typeof value === 'string' && /^[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*$/.test(value),
);

/** Names of fields are compared in lower case. */
const fieldName: Rule<string> = { ...token, complete: (name) => name.toLowerCase() };
const fieldNames: Rule<readonly string[]> = list('an array of tokens', fieldName);

const credentialFields: Rule<readonly string[], ReadonlySet<string>> = {
  check: fieldNames.check,
  complete: (names) => new Set(['authorization', ...fieldNames.complete(names)]),
};

const store: Rule<CacheStore> = rule(
  'a store, such as memoryStore() or redisStore(client)',
  (value) => typeof value === 'object' && value !== null && 'get' in value && typeof value.get === 'function',
);

/** RFC 9111, 4.2.2, leaves it open; a day is what older specifications took for the point where to warn. */
const DAY_MS = 86_400_000;

export const CACHE: Declaration<Declared> = Object.freeze({
  store: { rule: store, byDefault: undefined },
  // Many times what a store in the same data centre takes, and little to a caller who waits for an origin.
  storeTimeoutMs: { rule: milliseconds(1), byDefault: 50 },
  mode: { rule: oneOf<'shared' | 'private'>('shared', 'private'), byDefault: 'shared' },
  credentialFields: {
    rule: credentialFields,
    byDefault: credentialFields.complete(CREDENTIAL_FIELDS),
  },
  partition: {
    rule: callable<NonNullable<CacheOptions['partition']>>(),
    byDefault: undefined,
  },
  storeSetCookie: { rule: flag(), byDefault: false },
  rules: { rule: cacheRules, byDefault: Object.freeze([]) },
  key: { rule: callable<NonNullable<CacheOptions['key']>>(), byDefault: undefined },
  jitter: { rule: share(), byDefault: 0 },
  earlyRefresh: { rule: share(), byDefault: 0 },
  fetch: { rule: callable<typeof globalThis.fetch>(), byDefault: undefined },
  name: { rule: token, byDefault: 'Respite' },
  targets: { rule: fieldNames, byDefault: Object.freeze([]) },
  // Lifetimes are no timers: a year is one.
  staleIfErrorMs: { rule: integer(0), byDefault: 300_000 },
  revalidationDeadlineMs: { rule: milliseconds(1), byDefault: 1000 },
  unreachable: {
    rule: oneOf<'throw' | 'gateway-timeout'>('throw', 'gateway-timeout'),
    byDefault: 'throw',
  },
  heuristicLimitMs: { rule: integer(0), byDefault: DAY_MS },
  retentionMs: { rule: integer(0), byDefault: DAY_MS },
  tagField: { rule: fieldName, byDefault: 'cache-tag' },
  entryLimitBytes: { rule: integer(1), byDefault: 8 * 1024 * 1024 },
  inFlightLimitBytes: { rule: integer(1), byDefault: 64 * 1024 * 1024 },
  now: { rule: callable<() => number>(), byDefault: () => Date.now },
});

const cache: Rule<CacheOptions, Declared> = object(CACHE);

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveCacheOptions(options: CacheOptions = {}): ResolvedCacheOptions {
  const { store: given, rules, ...declared } = resolve(cache, options, ['cache']);
  const { now, partition, storeTimeoutMs } = declared;
  return Object.freeze({
    ...declared,
    store: guarded(given ?? memoryStore({ now }), { timeoutMs: storeTimeoutMs }),
    hasPartitions: partition !== undefined,
    findRule: compileRules(rules),
    random: Math.random,
  });
}
