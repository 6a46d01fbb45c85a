import type { IncomingHttpHeaders } from 'node:http';
import { CRITICALITIES, type Criticality } from '../core/criticality.ts';
import { RespiteError } from '../core/errors.ts';
import { boolean, integer, knownKeys, oneOf, positive } from '../core/validate.ts';

export { CRITICALITIES, type Criticality };

/** What a request takes of the limit, read from its headers. Has to be quick: it runs before anything is decided. */
export type CostOf = (headers: IncomingHttpHeaders) => number;

/** How admission treats the requests of one route. Every key may be left out; only `undefined` means default. */
export interface RoutePolicy {
  /** When it is shed. Default: derived from the three below if one of them is given, otherwise `defaultCriticality`. */
  readonly criticality?: Criticality | undefined;
  /** A user waits for the answer. Default true. */
  readonly interactive?: boolean | undefined;
  /** Takes much more than other requests. Default false. */
  readonly costly?: boolean | undefined;
  /** The caller tries again later by itself when it is shed. Default false. */
  readonly clientRetries?: boolean | undefined;
  /**
   * Units of the limit that a request takes: a number greater than 0, or a function of the request's headers. A function
   * is for options given in code; a configuration file takes a number. Default 1.
   */
  readonly cost?: number | CostOf | undefined;
  /** How long callers wait for the answer, in milliseconds; `Respite-Deadline-Ms` can make it shorter. Default: without an end. */
  readonly deadlineMs?: number | undefined;
  /** Never shed nor counted; takes no other key. Default false. */
  readonly exempt?: boolean | undefined;
}

/** {@link RoutePolicy} after its rules. Plain data unless the cost is a function: it travels to workers as JSON. */
export interface ResolvedRoutePolicy {
  /** Undefined means the default of the server that the route belongs to. */
  readonly criticality?: Criticality | 'exempt' | undefined;
  readonly cost: number | CostOf;
  readonly deadlineMs?: number | undefined;
}

const DECLARATION = ['interactive', 'costly', 'clientRetries'] as const;
const KEYS: readonly string[] = ['criticality', ...DECLARATION, 'cost', 'deadlineMs', 'exempt'];

/** Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names `option`, the rule and the value. */
export function resolvePolicy(option: string, policy: Criticality | RoutePolicy): ResolvedRoutePolicy {
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy)) {
    return Object.freeze({ criticality: oneOf(option, policy, CRITICALITIES), cost: 1 });
  }
  knownKeys(option, policy, KEYS);
  for (const key of [...DECLARATION, 'exempt'] as const) {
    if (policy[key] !== undefined) boolean(`${option}.${key}`, policy[key]);
  }
  if (policy.criticality !== undefined) oneOf(`${option}.criticality`, policy.criticality, CRITICALITIES);
  if (policy.deadlineMs !== undefined) integer(`${option}.deadlineMs`, policy.deadlineMs, 1);
  const { cost = 1 } = policy;
  if (typeof cost !== 'function') positive(`${option}.cost`, cost);
  const conflict = policyConflict(policy);
  if (conflict !== undefined) {
    const { key, rule } = conflict;
    throw new RespiteError(
      'RESPITE_OPTIONS_INVALID',
      `${option}.${key} must be ${rule}, got ${JSON.stringify(policy[key])}`,
    );
  }
  if (policy.exempt === true) return Object.freeze({ criticality: 'exempt', cost: 1 });
  const criticality = policy.criticality ?? declaredCriticality(policy);
  return Object.freeze({
    ...(criticality === undefined ? {} : { criticality }),
    cost,
    ...(policy.deadlineMs === undefined ? {} : { deadlineMs: policy.deadlineMs }),
  });
}

/** The key that contradicts others, and its rule, to come after "must be". */
export interface PolicyConflict {
  readonly key: 'criticality' | 'exempt';
  readonly rule: string;
}

/** Undefined when the keys of a policy agree with each other. */
export function policyConflict(policy: RoutePolicy): PolicyConflict | undefined {
  const declared = DECLARATION.filter((key) => policy[key] !== undefined);
  if (policy.criticality !== undefined && declared.length > 0) {
    return { key: 'criticality', rule: `left out beside ${declared.join(', ')}` };
  }
  const others = KEYS.filter((key) => key !== 'exempt' && policy[key as keyof RoutePolicy] !== undefined);
  if (policy.exempt === true && others.length > 0) {
    return { key: 'exempt', rule: `left out beside ${others.join(', ')}` };
  }
  return undefined;
}

/**
 * The rule of the talk that this project comes from: shed what no user waits for, is costly, and comes again by itself.
 * Two of the three make a request the next to go. Undefined when nothing is declared.
 */
function declaredCriticality(policy: RoutePolicy): Criticality | undefined {
  if (DECLARATION.every((key) => policy[key] === undefined)) return undefined;
  const reasons =
    Number(policy.interactive === false) +
    Number(policy.costly === true) +
    Number(policy.clientRetries === true);
  if (reasons === 3) return 'sheddable';
  return reasons === 2 ? 'sheddable-plus' : 'critical';
}
