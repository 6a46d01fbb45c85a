import { RespiteError } from '../core/errors.ts';
import { boolean, fraction, integer, integerOr, knownKeys, object, oneOf } from '../core/validate.ts';
import {
  DEFAULTS as LIMIT_DEFAULTS,
  type LimitOptions,
  resolveLimitOptions,
  type ResolvedLimitOptions,
} from './limit/options.ts';
import {
  type CriticalityHeader,
  resolveCriticalityHeader,
  type ResolvedCriticalityHeader,
} from './classify/criticality-header.ts';
import {
  DEFAULTS as TURN_DEFAULTS,
  resolveTurnBudget,
  type ResolvedTurnBudget,
  type TurnBudgetOptions,
} from './checks/turn-options.ts';
import {
  CRITICALITIES,
  type Criticality,
  type ResolvedRoutePolicy,
  resolvePolicy,
  type RoutePolicy,
} from './policy.ts';
import {
  DEFAULTS as SIGNAL_DEFAULTS,
  type ResolvedSignalOptions,
  resolveSignalOptions,
  type SignalOptions,
} from './pressure/options.ts';
import {
  DEFAULTS as PRIORITY_DEFAULTS,
  type PriorityOptions,
  resolvePriorityOptions,
  type ResolvedPriorityOptions,
} from './priority/options.ts';

import {
  DEFAULTS as SHED_RESPONSE_DEFAULTS,
  type ResolvedShedResponse,
  resolveShedResponse,
  type ShedResponseOptions,
} from './shed/options.ts';

/** What a shed request is answered with: too much of its kind (RFC 6585), or a server that is full (RFC 9110). */
export type ShedStatus = 429 | 503;

/** Options of admission control. Every one has a default; only `undefined` means default. */
export interface AdmissionOptions {
  /**
   * Requests in flight at once at which utilization is 1, or `adaptive` to find it from how long requests take and how
   * many complete. An adaptive limit doesn't count streams and long polls; a number counts all. Default `adaptive`.
   */
  readonly limit?: number | 'adaptive' | undefined;
  /** Bounds and start of the adaptive limit. */
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
   * Utilization (0 to 1) from which a class is shed. Defaults: `sheddable` 0.85, `sheddable-plus` 0.95, `critical` 1,
   * `critical-plus` 1.
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
   * What presses this process, and from where to where: pressure is 0 at `exit` and 1 at `enter`. Defaults: `loop-delay`
   * (milliseconds) 20 to 100, `in-flight` and `bytes` 0.85 to 1, `memory` 0.85 to 0.95 on; `loop-utilization`, `cpu`,
   * `requests-per-second` off.
   */
  readonly signals?: SignalOptions | undefined;
  /** Whose `Respite-Criticality` header says how much a request matters. Default none. */
  readonly criticalityHeader?: CriticalityHeader | undefined;
  /** Status of a shed response by class, 429 or 503. Defaults: 429 for `sheddable` and `sheddable-plus`, 503 for the others. */
  readonly statuses?: Readonly<Partial<Record<Criticality, ShedStatus | undefined>>> | undefined;
  /**
   * Routes that no check sheds, within an allowance: `exemptLimit` requests in flight and a tenth of the time. Past it they are
   * treated as `defaultCriticality`. CORS preflight requests are exempt too. Default: `/health`, `/health/live`,
   * `/health/ready`, `/healthz`, `/livez`, `/readyz`.
   */
  readonly exempt?: readonly string[] | undefined;
  /** Maximum of exempt requests in flight; further ones are treated as `defaultCriticality`. Default 16. */
  readonly exemptLimit?: number | undefined;
  /** What shed responses say beside status, reason and `Retry-After`: headers, CORS. */
  readonly shedResponse?: ShedResponseOptions | undefined;
  /** Decide and count, but let every request through. Default false. */
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
  readonly shedResponse: ResolvedShedResponse;
  readonly dryRun: boolean;
}

export const DEFAULTS: ResolvedAdmissionOptions = Object.freeze({
  limit: 'adaptive',
  adaptiveLimit: LIMIT_DEFAULTS,
  bodyBudgetBytes: 256 * 1024 * 1024,
  routes: Object.freeze({}),
  defaultCriticality: 'critical',
  // 0.85: the share of busy threads past which the mail service of the story shed deliveries.
  thresholds: Object.freeze({ 'critical-plus': 1, critical: 1, 'sheddable-plus': 0.95, sheddable: 0.85 }),
  turnBudget: TURN_DEFAULTS,
  priority: PRIORITY_DEFAULTS,
  signals: SIGNAL_DEFAULTS,
  criticalityHeader: undefined,
  statuses: Object.freeze({ 'critical-plus': 503, critical: 503, 'sheddable-plus': 429, sheddable: 429 }),
  exempt: Object.freeze(['/health', '/health/live', '/health/ready', '/healthz', '/livez', '/readyz']),
  exemptLimit: 16,
  shedResponse: SHED_RESPONSE_DEFAULTS,
  dryRun: false,
});

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveAdmissionOptions(options: AdmissionOptions = {}): ResolvedAdmissionOptions {
  knownKeys('admission', options, Object.keys(DEFAULTS));
  const thresholds = { ...DEFAULTS.thresholds };
  if (options.thresholds !== undefined) {
    knownKeys('admission.thresholds', options.thresholds, CRITICALITIES);
    for (const criticality of CRITICALITIES) {
      const given = options.thresholds[criticality];
      if (given !== undefined)
        thresholds[criticality] = fraction(`admission.thresholds.${criticality}`, given);
    }
  }
  return Object.freeze({
    limit: integerOr('adaptive', 'admission.limit', options.limit ?? DEFAULTS.limit, 1),
    adaptiveLimit: resolveLimitOptions(options.adaptiveLimit),
    bodyBudgetBytes: integer(
      'admission.bodyBudgetBytes',
      options.bodyBudgetBytes ?? DEFAULTS.bodyBudgetBytes,
      1,
    ),
    routes: resolveRoutes(options.routes ?? {}),
    defaultCriticality: oneOf(
      'admission.defaultCriticality',
      options.defaultCriticality ?? DEFAULTS.defaultCriticality,
      CRITICALITIES,
    ),
    thresholds: Object.freeze(thresholds),
    turnBudget: resolveTurnBudget(options.turnBudget ?? DEFAULTS.turnBudget),
    priority: resolvePriority(options.priority),
    signals: resolveSignalOptions(options.signals),
    criticalityHeader:
      options.criticalityHeader === undefined
        ? undefined
        : resolveCriticalityHeader(options.criticalityHeader),
    statuses: resolveStatuses(options.statuses ?? DEFAULTS.statuses),
    exempt: Object.freeze(
      (options.exempt ?? DEFAULTS.exempt).map((route, i) => checkRoute(`admission.exempt[${i}]`, route)),
    ),
    exemptLimit: integer('admission.exemptLimit', options.exemptLimit ?? DEFAULTS.exemptLimit, 0),
    shedResponse: resolveShedResponse(options.shedResponse),
    dryRun: boolean('admission.dryRun', options.dryRun ?? DEFAULTS.dryRun),
  });
}

function resolvePriority(given: PriorityOptions | false | undefined): ResolvedPriorityOptions | false {
  return given === false ? false : resolvePriorityOptions(given);
}

function resolveStatuses(
  given: NonNullable<AdmissionOptions['statuses']>,
): Readonly<Record<Criticality, ShedStatus>> {
  knownKeys('admission.statuses', given, CRITICALITIES);
  const statuses = { ...DEFAULTS.statuses };
  for (const criticality of CRITICALITIES) {
    const status: unknown = given[criticality] ?? statuses[criticality];
    if (status !== 429 && status !== 503) {
      throw new RespiteError(
        'RESPITE_OPTIONS_INVALID',
        `admission.statuses.${criticality} must be 429 or 503, got ${JSON.stringify(status)}`,
      );
    }
    statuses[criticality] = status;
  }
  return Object.freeze(statuses);
}

function resolveRoutes(
  routes: Readonly<Record<string, Criticality | RoutePolicy>>,
): Readonly<Record<string, ResolvedRoutePolicy>> {
  const resolved: Record<string, ResolvedRoutePolicy> = {};
  for (const [route, policy] of Object.entries(object('admission.routes', routes))) {
    const option = `admission.routes[${JSON.stringify(route)}]`;
    checkRoute(option, route);
    resolved[route] = resolvePolicy(option, policy as Criticality | RoutePolicy);
  }
  return Object.freeze(resolved);
}

/** A route is a path pattern, with a method before it or without. */
export const ROUTE_PATTERN: RegExp = /^(?:[A-Z]+ )?\/\S*$/;

function checkRoute(option: string, route: unknown): string {
  if (typeof route === 'string' && ROUTE_PATTERN.test(route)) return route;
  throw new RespiteError(
    'RESPITE_OPTIONS_INVALID',
    `${option} must be a route such as "/path/:id" or "POST /path/*", got ${JSON.stringify(route)}`,
  );
}
