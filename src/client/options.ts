import { CRITICALITIES, type Criticality } from '../core/criticality.ts';
import { boolean, fail, finite, fraction, integer, knownKeys, object, oneOf } from '../core/validate.ts';
import type { PeerRules } from './peer/rules.ts';

/** Which attempts the client repeats, and how often. */
export interface RetryOptions {
  /** Maximum attempts of a call, the first included; 1 for none beyond it. Default 3. */
  readonly attempts?: number | undefined;
  /** Retries per call that succeeds. Default 0.1. */
  readonly budget?: number | undefined;
  /** Upper bound of the wait before the second attempt, in ms; it doubles with each attempt. Default 100. */
  readonly baseMs?: number | undefined;
  /** Maximum upper bound of the wait, in ms. A longer `Retry-After` goes to the caller instead. Default 5000. */
  readonly maxMs?: number | undefined;
  /** Statuses that are worth another attempt. Default 429, 500, 502, 503 and 504. */
  readonly statuses?: readonly number[] | undefined;
}

/** When the client sends a second attempt beside one that takes long. */
export interface HedgeOptions {
  /** Quantile of the origin's latency after which it is sent, from 0.5 to 0.999. Default 0.98. */
  readonly after?: number | undefined;
  /** Second attempts per call that is answered in the usual time. Default 0.02. */
  readonly budget?: number | undefined;
}

/** When the client holds calls back because the origin serves too few of them. */
export interface ThrottleOptions {
  /** Calls that may go out per call that the origin serves. Default 2: throttling begins when more than half fail. */
  readonly requestsPerAccept?: number | undefined;
  /** Maximum share of calls that the client holds back. Default 0.9. */
  readonly maxShare?: number | undefined;
}

/** When the circuit breaker opens. */
export interface CircuitOptions {
  /** Failures in a row, without one success, that open it. Default 20. */
  readonly failures?: number | undefined;
  /** Minimum time that these failures span, in ms. Default 1000. */
  readonly afterMs?: number | undefined;
  /** Maximum time between two probes while it is open, in ms. Default 1000. */
  readonly probeEveryMs?: number | undefined;
}

/** What holds for one origin. */
export interface OriginOptions {
  /**
   * The origin runs Respite, and nothing between changes its answers: `Respite-Shed` proves that the handler never ran, so the
   * client may repeat any request that was shed. Default false.
   */
  readonly trustsRefusals?: boolean | undefined;
  /** Methods that may be repeated beside GET, HEAD, OPTIONS and QUERY, such as PUT and DELETE. Default none. */
  readonly idempotent?: readonly string[] | undefined;
  /** A response that takes longer counts as a failure of the origin, in ms. Default: none does. */
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
  readonly retry?: RetryOptions | undefined;
  /** Second attempts for requests that may be repeated; `{}` for the defaults. Default false: none. */
  readonly hedge?: HedgeOptions | false | undefined;
  /** `false` switches it off. */
  readonly throttle?: ThrottleOptions | false | undefined;
  /** `false` switches it off. */
  readonly circuit?: CircuitOptions | false | undefined;
  /** Maximum time that a `Retry-After` holds back later calls, in ms. Default 60000. */
  readonly holdLimitMs?: number | undefined;
  /** What differs for single origins, by origin: `{ 'http://mailbox.internal': { trustsRefusals: true } }`. */
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

const ORIGIN_KEYS = ['trustsRefusals', 'idempotent', 'slowMs'] as const;

const KEYS = [
  ...ORIGIN_KEYS,
  'fetch',
  'attemptTimeoutMs',
  'deadlineMs',
  'criticality',
  'retry',
  'hedge',
  'throttle',
  'circuit',
  'holdLimitMs',
  'origins',
  'inherits',
  'throws',
  'dryRun',
  'now',
  'random',
];

/** Methods that ask for something and change nothing (RFC 9110, 9.2.1, and the QUERY draft). */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS', 'QUERY'];

const STATUSES = [429, 500, 502, 503, 504];

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveClientOptions(options: ClientOptions = {}): ResolvedClientOptions {
  knownKeys('client', options, KEYS);
  const general = {
    retry: resolveRetry(options.retry ?? {}),
    hedge: (options.hedge ?? false) === false ? false : resolveHedge(options.hedge as HedgeOptions),
    throttle: options.throttle === false ? false : resolveThrottle(options.throttle ?? {}),
    circuit: options.circuit === false ? false : resolveCircuit(options.circuit ?? {}),
    holdLimitMs: integer('client.holdLimitMs', options.holdLimitMs ?? 60_000, 0),
  } as const;
  const common: PeerRules = Object.freeze({ ...general, ...resolveOrigin('client', options) });
  const byOrigin = new Map<string, PeerRules>();
  for (const [name, own] of Object.entries(object('client.origins', options.origins ?? {}))) {
    const option = `client.origins[${JSON.stringify(name)}]`;
    knownKeys(option, own, ORIGIN_KEYS);
    const inherited: OriginOptions = { ...pick(options), ...defined(own as OriginOptions) };
    byOrigin.set(originOf(option, name), Object.freeze({ ...general, ...resolveOrigin(option, inherited) }));
  }
  return Object.freeze({
    fetch: callable('client.fetch', options.fetch),
    attemptTimeoutMs: integer('client.attemptTimeoutMs', options.attemptTimeoutMs ?? 10_000, 1),
    deadlineMs: integer('client.deadlineMs', options.deadlineMs ?? 30_000, 1),
    criticality: oneOf('client.criticality', options.criticality ?? 'critical', CRITICALITIES),
    rulesOf: (origin: string) => byOrigin.get(origin) ?? common,
    inherits: boolean('client.inherits', options.inherits ?? true),
    throws: boolean('client.throws', options.throws ?? false),
    dryRun: boolean('client.dryRun', options.dryRun ?? false),
    now: callable('client.now', options.now) ?? (() => performance.now()),
    random: callable('client.random', options.random) ?? Math.random,
  });
}

function resolveRetry(given: RetryOptions): PeerRules['retry'] {
  const option = 'client.retry';
  knownKeys(option, given, ['attempts', 'budget', 'baseMs', 'maxMs', 'statuses']);
  const statuses: unknown = given.statuses ?? STATUSES;
  if (!Array.isArray(statuses)) fail(`${option}.statuses`, 'an array of statuses', statuses);
  return Object.freeze({
    attempts: integer(`${option}.attempts`, given.attempts ?? 3, 1, 10),
    budget: fraction(`${option}.budget`, given.budget ?? 0.1),
    baseMs: integer(`${option}.baseMs`, given.baseMs ?? 100, 0),
    maxMs: integer(`${option}.maxMs`, given.maxMs ?? 5000, 0),
    statuses: new Set(statuses.map((status, i) => integer(`${option}.statuses[${i}]`, status, 400, 599))),
  });
}

function resolveHedge(given: HedgeOptions): PeerRules['hedge'] {
  const option = 'client.hedge';
  knownKeys(option, given, ['after', 'budget']);
  return Object.freeze({
    after: fraction(`${option}.after`, given.after ?? 0.98, 0.5, 0.999),
    budget: fraction(`${option}.budget`, given.budget ?? 0.02),
  });
}

function resolveThrottle(given: ThrottleOptions): PeerRules['throttle'] {
  const option = 'client.throttle';
  knownKeys(option, given, ['requestsPerAccept', 'maxShare']);
  return Object.freeze({
    requestsPerAccept: finite(`${option}.requestsPerAccept`, given.requestsPerAccept ?? 2, 1),
    maxShare: fraction(`${option}.maxShare`, given.maxShare ?? 0.9, 0, 0.99),
  });
}

function resolveCircuit(given: CircuitOptions): PeerRules['circuit'] {
  const option = 'client.circuit';
  knownKeys(option, given, ['failures', 'afterMs', 'probeEveryMs']);
  return Object.freeze({
    failures: integer(`${option}.failures`, given.failures ?? 20, 1),
    afterMs: integer(`${option}.afterMs`, given.afterMs ?? 1000, 0),
    probeEveryMs: integer(`${option}.probeEveryMs`, given.probeEveryMs ?? 1000, 1),
  });
}

function resolveOrigin(
  option: string,
  given: OriginOptions,
): Pick<PeerRules, 'trustsRefusals' | 'safeMethods' | 'slowMs'> {
  const methods: unknown = given.idempotent ?? [];
  if (!Array.isArray(methods)) fail(`${option}.idempotent`, 'an array of methods', methods);
  const names = methods.map((method: unknown, i) => {
    const isMethod = typeof method === 'string' && /^[A-Z-]+$/.test(method);
    return isMethod ? method : fail(`${option}.idempotent[${i}]`, 'a method such as "PUT"', method);
  });
  return {
    trustsRefusals: boolean(`${option}.trustsRefusals`, given.trustsRefusals ?? false),
    safeMethods: new Set([...SAFE_METHODS, ...names]),
    slowMs: given.slowMs === undefined ? undefined : integer(`${option}.slowMs`, given.slowMs, 1),
  };
}

function pick({ trustsRefusals, idempotent, slowMs }: OriginOptions): OriginOptions {
  return { trustsRefusals, idempotent, slowMs };
}

/** Only `undefined` means default. */
function defined(own: OriginOptions): OriginOptions {
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}

function originOf(option: string, name: string): string {
  const url = URL.parse(name);
  const isOrigin = url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  return isOrigin ? url.origin : fail(option, 'an origin such as "http://mailbox.internal"', name);
}

function callable<F extends (...args: never) => unknown>(
  option: string,
  value: F | undefined,
): F | undefined {
  return value === undefined || typeof value === 'function' ? value : fail(option, 'a function', value);
}
