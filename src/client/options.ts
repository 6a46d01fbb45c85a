import { CRITICALITIES, type Criticality } from '../core/criticality.ts';
import { type Declaration, object, resolve, type Rule } from '../core/options.ts';
import { byName, callable, flag, list, milliseconds, oneOf, orFalse, rule } from '../core/rules.ts';
import {
  circuit,
  type CircuitOptions,
  hedge,
  type HedgeOptions,
  type ResolvedCircuitOptions,
  type ResolvedHedgeOptions,
  type ResolvedRetryOptions,
  type ResolvedThrottleOptions,
  retry,
  type RetryOptions,
  throttle,
  type ThrottleOptions,
} from './peer/options.ts';
import type { PeerRules } from './peer/rules.ts';

/** What holds for one origin. */
export interface OriginOptions {
  /**
   * The origin runs Respite, and nothing between changes its answers: `Respite-Shed` proves that the handler never ran, so the
   * client may repeat any request that was shed. Default false.
   */
  readonly trustsRefusals?: boolean | undefined;
  /** Methods that may be repeated beside GET, HEAD, OPTIONS and QUERY, such as PUT and DELETE. Default none. */
  readonly idempotent?: readonly string[] | undefined;
  /** A response that takes longer counts as a failure of the origin, in ms. Default none. */
  readonly slowMs?: number | undefined;
}

/** Options of a client. Every one has a default; only `undefined` means default. */
export interface ClientOptions extends OriginOptions {
  /** What attempts are sent with. Default the global `fetch`, as it is when a call is made. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Maximum time from an attempt's start to the headers of its response, in ms. Default 10000. */
  readonly attemptTimeoutMs?: number | undefined;
  /** Maximum time of a call with all its attempts, to the end of the response, in ms. Default 30000. */
  readonly deadlineMs?: number | undefined;
  /** Class of a call that has none. Default `critical`. */
  readonly criticality?: Criticality | undefined;
  /** Which attempts are repeated, and how often: `{ attempts: 3, budget: 0.1, baseMs: 100, maxMs: 5000, statuses: [429, 500, 502, 503, 504] }`. Default these. */
  readonly retry?: RetryOptions | undefined;
  /** Second attempts for requests that may be repeated; `{}` for `{ after: 0.98, budget: 0.02 }`, false for none. Default false. */
  readonly hedge?: HedgeOptions | false | undefined;
  /** When calls are held back because too few are served; false for never. Default `{ requestsPerAccept: 2, maxShare: 0.9 }`. */
  readonly throttle?: ThrottleOptions | false | undefined;
  /** When the circuit breaker opens; false for never. Default `{ failures: 20, afterMs: 1000, probeEveryMs: 1000 }`. */
  readonly circuit?: CircuitOptions | false | undefined;
  /** Maximum time that a `Retry-After` holds back later calls, in ms. Default 60000. */
  readonly holdLimitMs?: number | undefined;
  /** What differs for single origins, by origin: `{ 'http://mailbox.internal': { trustsRefusals: true } }`. Default none. */
  readonly origins?: Readonly<Record<string, OriginOptions>> | undefined;
  /**
   * Under `respite run` or `protect()`, calls take over from the request that the calling code handles: its class, what is left of
   * its deadline, and its end when its caller leaves. Default true.
   */
  readonly inherits?: boolean | undefined;
  /** A call that is held back rejects with a `RespiteError` instead of giving a 503. Default false. */
  readonly throws?: boolean | undefined;
  /** Decides and counts, but sends every call. Default false. */
  readonly dryRun?: boolean | undefined;
  /** The clock, in ms from any start; it never goes back. Default `performance.now`. */
  readonly now?: (() => number) | undefined;
  /** Numbers from 0 to 1. Default `Math.random`. */
  readonly random?: (() => number) | undefined;
}

/** {@link ClientOptions} with every default filled in. */
export interface ResolvedClientOptions {
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly attemptTimeoutMs: number;
  readonly deadlineMs: number;
  readonly criticality: Criticality;
  readonly rulesOf: (origin: string) => PeerRules;
  readonly inherits: boolean;
  readonly throws: boolean;
  readonly dryRun: boolean;
  readonly now: () => number;
  readonly random: () => number;
}

/** All options, as they are declared. */
interface Declared {
  readonly trustsRefusals: boolean;
  readonly idempotent: readonly string[];
  readonly slowMs: number | undefined;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly attemptTimeoutMs: number;
  readonly deadlineMs: number;
  readonly criticality: Criticality;
  readonly retry: ResolvedRetryOptions;
  readonly hedge: ResolvedHedgeOptions | false;
  readonly throttle: ResolvedThrottleOptions | false;
  readonly circuit: ResolvedCircuitOptions | false;
  readonly holdLimitMs: number;
  readonly origins: Readonly<Record<string, ResolvedOriginOptions>>;
  readonly inherits: boolean;
  readonly throws: boolean;
  readonly dryRun: boolean;
  readonly now: () => number;
  readonly random: () => number;
}

/** Undefined: as for all origins. */
type ResolvedOriginOptions = Required<OriginOptions>;

const methods: Rule<readonly string[]> = list(
  'an array of methods',
  rule('a method such as "PUT"', (value) => typeof value === 'string' && /^[A-Z-]+$/.test(value)),
);

export const ORIGIN: Declaration<ResolvedOriginOptions> = Object.freeze({
  trustsRefusals: { rule: flag(), byDefault: undefined },
  idempotent: { rule: methods, byDefault: undefined },
  slowMs: { rule: milliseconds(1), byDefault: undefined },
});

const originName: Rule<string> = rule('an origin such as "http://mailbox.internal"', (name) => {
  const url = URL.parse(String(name));
  return url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
});

export const CLIENT: Declaration<Declared> = Object.freeze({
  trustsRefusals: { rule: flag(), byDefault: false },
  idempotent: { rule: methods, byDefault: Object.freeze([]) },
  slowMs: { rule: milliseconds(1), byDefault: undefined },
  fetch: { rule: callable<typeof globalThis.fetch>(), byDefault: undefined },
  attemptTimeoutMs: { rule: milliseconds(1), byDefault: 10_000 },
  deadlineMs: { rule: milliseconds(1), byDefault: 30_000 },
  criticality: { rule: oneOf(...CRITICALITIES), byDefault: 'critical' },
  retry: { rule: retry, byDefault: retry.complete({}) },
  hedge: { rule: orFalse(hedge), byDefault: false },
  throttle: { rule: orFalse(throttle), byDefault: throttle.complete({}) },
  circuit: { rule: orFalse(circuit), byDefault: circuit.complete({}) },
  holdLimitMs: { rule: milliseconds(0), byDefault: 60_000 },
  origins: {
    rule: byName(originName, object(ORIGIN), 'an object with an entry for each origin'),
    byDefault: Object.freeze({}),
  },
  inherits: { rule: flag(), byDefault: true },
  throws: { rule: flag(), byDefault: false },
  dryRun: { rule: flag(), byDefault: false },
  now: { rule: callable<() => number>(), byDefault: () => () => performance.now() },
  random: { rule: callable<() => number>(), byDefault: () => Math.random },
});

const client: Rule<ClientOptions, Declared> = object(CLIENT);

/** Methods that ask for something and change nothing (RFC 9110, 9.2.1, and the QUERY draft). */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'QUERY'];

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveClientOptions(options: ClientOptions = {}): ResolvedClientOptions {
  const all = resolve(client, options, ['client']);
  const common = rulesFor(all, {});
  const byOrigin = new Map(
    Object.entries(all.origins).map(([name, own]) => [new URL(name).origin, rulesFor(all, own)]),
  );
  const { fetch, attemptTimeoutMs, deadlineMs, criticality, inherits, throws, dryRun, now, random } = all;
  const rulesOf = (origin: string): PeerRules => byOrigin.get(origin) ?? common;
  return Object.freeze({
    fetch,
    attemptTimeoutMs,
    deadlineMs,
    criticality,
    rulesOf,
    inherits,
    throws,
    dryRun,
    now,
    random,
  });
}

function rulesFor(all: Declared, own: OriginOptions): PeerRules {
  const { retry: retries, holdLimitMs } = all;
  return Object.freeze({
    retry: Object.freeze({ ...retries, statuses: new Set(retries.statuses) }),
    hedge: all.hedge,
    throttle: all.throttle,
    circuit: all.circuit,
    holdLimitMs,
    trustsRefusals: own.trustsRefusals ?? all.trustsRefusals,
    safeMethods: new Set([...SAFE_METHODS, ...(own.idempotent ?? all.idempotent)]),
    slowMs: own.slowMs ?? all.slowMs,
  });
}
