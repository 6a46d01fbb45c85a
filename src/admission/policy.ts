import type { IncomingHttpHeaders } from 'node:http';
import { CRITICALITIES, type Criticality } from '../core/criticality.ts';
import {
  type Declaration,
  isObject,
  object,
  type Path,
  type Problem,
  resolve,
  type Rule,
} from '../core/options.ts';
import { flag, milliseconds, oneOf, rule } from '../core/rules.ts';

export { CRITICALITIES, type Criticality };

/** What a request takes of the limit, read from its headers. Has to be quick: it runs before anything is decided. */
export type CostOf = (headers: IncomingHttpHeaders) => number;

/** How admission treats the requests of one route. Every key may be left out; only `undefined` means default. */
export interface RoutePolicy {
  /** When it is shed. Default from the next three if one of them is given, otherwise `defaultCriticality`. */
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
  /** How long callers wait for the answer, in milliseconds; `Respite-Deadline-Ms` can make it shorter. Default none. */
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

const REASONS = ['interactive', 'costly', 'clientRetries'] as const;

/** What a policy may say, each by itself. */
type Given = { readonly [Key in keyof RoutePolicy]-?: RoutePolicy[Key] };

export const COST_RULE = 'a number greater than 0';

export const POLICY: Declaration<Given> = Object.freeze({
  criticality: { rule: oneOf(...CRITICALITIES), byDefault: undefined },
  interactive: { rule: flag(), byDefault: undefined },
  costly: { rule: flag(), byDefault: undefined },
  clientRetries: { rule: flag(), byDefault: undefined },
  cost: {
    rule: rule<number | CostOf>(
      COST_RULE,
      (value) => typeof value === 'function' || (typeof value === 'number' && value > 0 && value < Infinity),
    ),
    byDefault: undefined,
  },
  deadlineMs: { rule: milliseconds(1), byDefault: undefined },
  exempt: { rule: flag(), byDefault: undefined },
});

const KEYS: readonly string[] = Object.keys(POLICY);

const declared: Rule<RoutePolicy, unknown> = object<Given, RoutePolicy>(POLICY, agrees);

const word: Rule<Criticality> = oneOf(...CRITICALITIES);

/** A criticality, or what it follows from. */
export const policy: Rule<Criticality | RoutePolicy, ResolvedRoutePolicy> = {
  check: (value, path) => (isObject(value) ? declared : word).check(value, path),
  complete: (given) => {
    if (typeof given === 'string') return Object.freeze({ criticality: given, cost: 1 });
    if (given.exempt === true) return Object.freeze({ criticality: 'exempt', cost: 1 });
    const criticality = given.criticality ?? declaredCriticality(given);
    const { cost = 1, deadlineMs } = given;
    return Object.freeze({
      ...(criticality === undefined ? {} : { criticality }),
      cost,
      ...(deadlineMs === undefined ? {} : { deadlineMs }),
    });
  },
};

/** Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names `option`, the rule and the value. */
export function resolvePolicy(option: string, given: Criticality | RoutePolicy): ResolvedRoutePolicy {
  return resolve(policy, given, [option]);
}

/** Some keys leave nothing to say for others. */
function agrees(given: RoutePolicy, path: Path): readonly Problem[] {
  const reasons = REASONS.filter((key) => given[key] !== undefined);
  if (given.criticality !== undefined && reasons.length > 0) {
    const words = `left out beside ${reasons.join(', ')}`;
    return [{ path: [...path, 'criticality'], rule: words, value: given.criticality }];
  }
  const others = KEYS.filter((key) => key !== 'exempt' && given[key as keyof RoutePolicy] !== undefined);
  if (given.exempt !== true || others.length === 0) return [];
  return [{ path: [...path, 'exempt'], rule: `left out beside ${others.join(', ')}`, value: true }];
}

/**
 * The rule of the talk that this project comes from: shed what no user waits for, is costly, and comes again by itself.
 * Two of the three make a request the next to go. Undefined when nothing is declared.
 */
function declaredCriticality(given: RoutePolicy): Criticality | undefined {
  if (REASONS.every((key) => given[key] === undefined)) return undefined;
  const reasons =
    Number(given.interactive === false) +
    Number(given.costly === true) +
    Number(given.clientRetries === true);
  if (reasons === 3) return 'sheddable';
  return reasons === 2 ? 'sheddable-plus' : 'critical';
}
