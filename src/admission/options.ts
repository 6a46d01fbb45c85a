import {
  type Declaration,
  object,
  type OptionsOf,
  type Path,
  type Problem,
  resolve,
  type Rule,
} from '../core/options.ts';
import { byName, flag, integer, list, oneOf, orFalse, rule } from '../core/rules.ts';
import { type ResolvedTurnBudget, turnBudget, type TurnBudgetOptions } from './checks/turn-options.ts';
import {
  criticalityHeader,
  type CriticalityHeader,
  type ResolvedCriticalityHeader,
} from './classify/criticality-header.ts';
import type { LoadReports } from './load-report.ts';
import { adaptiveLimit, type LimitOptions, type ResolvedLimitOptions } from './limit/options.ts';
import {
  COST_RULE,
  CRITICALITIES,
  type Criticality,
  policy,
  type ResolvedRoutePolicy,
  type RoutePolicy,
} from './policy.ts';
import { type ResolvedSignalOptions, type SignalOptions, signals } from './pressure/options.ts';
import {
  IDENTITY_RULE,
  priority,
  type PriorityOptions,
  type ResolvedPriorityOptions,
  sharesByClass,
} from './priority/options.ts';
import {
  type ResolvedShedResponse,
  SHED_RESPONSE_DEFAULTS,
  shedResponse,
  type ShedResponseOptions,
} from './shed/options.ts';

/** What a shed request is answered with: too much of its kind (RFC 6585), or a server that is full (RFC 9110). */
export type ShedStatus = 429 | 503;

/** Options of admission control. Every one has a default; only `undefined` means default. */
export interface AdmissionOptions {
  /**
   * Requests in flight at once at which utilization is 1, or `adaptive` to find it from how long requests take and how
   * many complete (`--limit`). A request takes 1 unless its route has a `cost`. An adaptive limit doesn't count streams and long polls; a number counts all. Default `adaptive`.
   */
  readonly limit?: number | 'adaptive' | undefined;
  /** Bounds and start of the adaptive limit. Default `{ minLimit: 4, maxLimit: 4096, initialLimit: 32, targetLatencyMs: 500 }`. */
  readonly adaptiveLimit?: LimitOptions | undefined;
  /**
   * Bytes of request bodies in memory at which utilization is 1: what has arrived, and what clients are likely to send soon.
   * Bodies up to 16 KiB are not counted. A body larger than the budget is let in when no other holds bytes. Default
   * 268435456 (256 MiB).
   */
  readonly bodyBudgetBytes?: number | undefined;
  /**
   * Criticality or policy by route: `'POST /deliveries': 'sheddable'`, `'/users/:id': { cost: 2 }` (any method),
   * `'GET /a/*'`. One with a method wins over one without, and both over a policy declared beside a framework's route.
   * Default none.
   */
  readonly routes?: Readonly<Record<string, Criticality | RoutePolicy>> | undefined;
  /** Criticality of a request that no route names. Default `critical`. */
  readonly defaultCriticality?: Criticality | undefined;
  /**
   * Utilization (0 to 1), of requests and of bytes alike, from which a class is shed. Default `sheddable` 0.85, `sheddable-plus` 0.95, the others 1.
   */
  readonly thresholds?: Readonly<Partial<Record<Criticality, number | undefined>>> | undefined;
  /**
   * Bounds how long requests wait for a blocked event loop: once a turn has used its budget, what else became readable
   * with it is shed. `false` for none. Default `{ targetMs: 10, burstMs: 40, idleCreditMs: 300 }`.
   */
  readonly turnBudget?: TurnBudgetOptions | false | undefined;
  /**
   * Sheds the least important requests, class by class and user by user, before the limits have to shed any.
   * `false` leaves it to the limits. Default on.
   */
  readonly priority?: PriorityOptions | false | undefined;
  /**
   * What presses this process, and from where to where: pressure is 0 at `exit` and 1 at `enter`. Default `loop-delay`
   * (milliseconds) 20 to 100, `in-flight` and `bytes` 0.85 to 1, `memory` 0.85 to 0.95 on; `loop-utilization`, `cpu`,
   * `requests-per-second` off.
   */
  readonly signals?: SignalOptions | undefined;
  /** Whose `Respite-Criticality` header says how much a request matters, and the highest they can ask for: `{ from: ['10.0.0.0/8'], atMost: 'critical' }`. Default none. */
  readonly criticalityHeader?: CriticalityHeader | undefined;
  /** Status of a shed response by class, 429 or 503. Default 429 for `sheddable` and `sheddable-plus`, 503 for the others. */
  readonly statuses?: Readonly<Partial<Record<Criticality, ShedStatus | undefined>>> | undefined;
  /**
   * Routes that no check sheds, within an allowance: `exemptLimit` requests in flight and a tenth of the time. Past it they are
   * treated as `defaultCriticality`. CORS preflight requests are exempt too. Default `/health`, `/health/live`,
   * `/health/ready`, `/healthz`, `/livez`, `/readyz`.
   */
  readonly exempt?: readonly string[] | undefined;
  /** Maximum of exempt requests in flight; further ones are treated as `defaultCriticality`. Default 16. */
  readonly exemptLimit?: number | undefined;
  /**
   * Responses over HTTP/1 that report the load in a header `endpoint-load-metrics` (ORCA), for Envoy and others: those to requests with
   * `endpoint-load-metrics-format: TEXT` or `JSON` (`asked`), all (`always`), or none (`false`). Default `asked`.
   */
  readonly loadReport?: LoadReports | false | undefined;
  /** What shed responses say beside status, reason and `Retry-After`: `headers`, `cors`, `envoyRateLimited`. Default pages of all origins may read them. */
  readonly shedResponse?: ShedResponseOptions | undefined;
  /**
   * Under `respite run`, sheds requests like those that have ended several workers: `on`, `off`, or `dry-run`, which counts them and sheds none.
   * Default `on`.
   */
  readonly quarantine?: 'off' | 'dry-run' | 'on' | undefined;
  /**
   * Under pressure, prefetches, bots and requests of low urgency matter less: `on`, `off`, or `dry-run`, which counts them. Default `on`.
   */
  readonly hints?: 'off' | 'dry-run' | 'on' | undefined;
  /**
   * Learns how much CPU time requests take, by route and length of the body, and sheds costly ones of the sheddable classes first. Cheap
   * ones pass. `on`, `off`, or `dry-run`, which learns and counts what it would shed. Default `on`.
   */
  readonly costs?: 'off' | 'dry-run' | 'on' | undefined;
  /** Decide and count, but let every request through (`--dry-run`). Default false. */
  readonly dryRun?: boolean | undefined;
}

/** {@link AdmissionOptions} with every default filled in. */
export interface ResolvedAdmissionOptions {
  readonly limit: number | 'adaptive';
  readonly adaptiveLimit: ResolvedLimitOptions;
  readonly bodyBudgetBytes: number;
  readonly routes: Readonly<Record<string, ResolvedRoutePolicy>>;
  readonly defaultCriticality: Criticality;
  readonly thresholds: Readonly<Record<Criticality, number>>;
  readonly turnBudget: ResolvedTurnBudget | false;
  readonly priority: ResolvedPriorityOptions | false;
  readonly signals: ResolvedSignalOptions;
  readonly criticalityHeader?: ResolvedCriticalityHeader | undefined;
  readonly statuses: Readonly<Record<Criticality, ShedStatus>>;
  readonly exempt: readonly string[];
  readonly exemptLimit: number;
  readonly loadReport: LoadReports | false;
  readonly shedResponse: ResolvedShedResponse;
  readonly quarantine: 'off' | 'dry-run' | 'on';
  readonly hints: 'off' | 'dry-run' | 'on';
  readonly costs: 'off' | 'dry-run' | 'on';
  readonly dryRun: boolean;
}

const limit: Rule<number | 'adaptive'> = rule(
  'a whole number of at least 1, or adaptive',
  (value) => value === 'adaptive' || integer(1).check(value, []).length === 0,
);

/** A path pattern, with a method before it or without. */
const route: Rule<string> = rule(
  'a route such as "/path/:id" or "POST /path/*"',
  (value) => typeof value === 'string' && /^(?:[A-Z]+ )?\/\S*$/.test(value),
);

/** 0.85: the share of busy threads past which the mail service of the story shed deliveries. */
const thresholds: Rule<OptionsOf<Record<Criticality, number>>, Record<Criticality, number>> = object(
  sharesByClass({ 'critical-plus': 1, critical: 1, 'sheddable-plus': 0.95, sheddable: 0.85 }),
);

const status: Rule<ShedStatus> = rule('429 or 503', (value) => value === 429 || value === 503);

const statuses: Rule<OptionsOf<Record<Criticality, ShedStatus>>, Record<Criticality, ShedStatus>> = object({
  'critical-plus': { rule: status, byDefault: 503 },
  critical: { rule: status, byDefault: 503 },
  'sheddable-plus': { rule: status, byDefault: 429 },
  sheddable: { rule: status, byDefault: 429 },
});

const loadReport: Rule<LoadReports | false> = rule(
  'one of asked, always, or false',
  (value) => value === 'asked' || value === 'always' || value === false,
);

/** What can be tried before it sheds. */
const tried: Rule<'off' | 'dry-run' | 'on'> = oneOf('off', 'dry-run', 'on');

export const ADMISSION: Declaration<ResolvedAdmissionOptions> = Object.freeze({
  limit: { rule: limit, byDefault: 'adaptive' },
  adaptiveLimit: { rule: adaptiveLimit, byDefault: adaptiveLimit.complete({}) },
  bodyBudgetBytes: { rule: integer(1), byDefault: 256 * 1024 * 1024 },
  routes: { rule: byName(route, policy), byDefault: Object.freeze({}) },
  defaultCriticality: { rule: oneOf(...CRITICALITIES), byDefault: 'critical' },
  thresholds: { rule: thresholds, byDefault: thresholds.complete({}) },
  turnBudget: { rule: orFalse(turnBudget), byDefault: turnBudget.complete({}) },
  priority: { rule: orFalse(priority), byDefault: priority.complete({}) },
  signals: { rule: signals, byDefault: signals.complete({}) },
  criticalityHeader: { rule: criticalityHeader, byDefault: undefined },
  statuses: { rule: statuses, byDefault: statuses.complete({}) },
  exempt: {
    rule: list('an array of routes', route),
    byDefault: Object.freeze(['/health', '/health/live', '/health/ready', '/healthz', '/livez', '/readyz']),
  },
  exemptLimit: { rule: integer(0), byDefault: 16 },
  loadReport: { rule: loadReport, byDefault: 'asked' },
  shedResponse: { rule: shedResponse, byDefault: SHED_RESPONSE_DEFAULTS },
  quarantine: { rule: tried, byDefault: 'on' },
  hints: { rule: tried, byDefault: 'on' },
  costs: { rule: tried, byDefault: 'on' },
  dryRun: { rule: flag(), byDefault: false },
});

const admission: Rule<AdmissionOptions, ResolvedAdmissionOptions> = object(ADMISSION);

/** What `admission` in the configuration must be. It has no functions: it travels to the workers as JSON. */
export const admissionAsData: Rule<AdmissionOptions, ResolvedAdmissionOptions> = object(
  ADMISSION,
  noFunctions,
);

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveAdmissionOptions(options: AdmissionOptions = {}): ResolvedAdmissionOptions {
  return resolve(admission, options, ['admission']);
}

function noFunctions({ priority: ranks, routes = {} }: AdmissionOptions, path: Path): readonly Problem[] {
  const found: Problem[] = [];
  const identity = ranks === undefined || ranks === false ? undefined : ranks.identity;
  if (typeof identity === 'function') {
    found.push({ path: [...path, 'priority', 'identity'], rule: IDENTITY_RULE, value: identity });
  }
  for (const [name, given] of Object.entries(routes)) {
    if (typeof given === 'string' || typeof given.cost !== 'function') continue;
    found.push({ path: [...path, 'routes', name, 'cost'], rule: COST_RULE, value: given.cost });
  }
  return found;
}
