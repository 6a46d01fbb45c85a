import type { IncomingHttpHeaders } from 'node:http';
import {
  type Declaration,
  object,
  type OptionsOf,
  type Path,
  type Problem,
  resolve,
  type Rule,
} from '../../core/options.ts';
import { flag, number, rule, text } from '../../core/rules.ts';
import { CRITICALITIES, type Criticality } from '../policy.ts';

/** Whose request it is, read from its headers; undefined for no user in particular. Has to be quick. */
export type IdentityOf = (headers: IncomingHttpHeaders) => string | undefined;

/** Options of graded shedding. Every one has a default; only `undefined` means default. */
export interface PriorityOptions {
  /**
   * Whose request it is: the name of a header, or a function of the headers (for options given in code). Under overload
   * some users are then served well, the same ones for an hour, rather than all of them badly. Name something that was
   * authenticated: a caller that can choose its identity can try until one is served. Default none.
   */
  readonly identity?: string | IdentityOf | undefined;
  /**
   * What the line-up of users is drawn from, hour by hour. Instances with the same salt draw the same. Default one at
   * random for each `respite run` or process.
   */
  readonly salt?: string | undefined;
  /**
   * Share of the capacity (0 to 1) that a class gets whenever it asks, however much the classes above it want. What it
   * does not ask for is free for all. The shares' sum is at most 1. Default none.
   */
  readonly reserved?: Readonly<Partial<Record<Criticality, number | undefined>>> | undefined;
  /**
   * Under overload, sheds sheddable requests so that every identity is served the same number, or all that it asks for. For tenants and
   * other callers that ask for many; needs `identity`. With `supervisor.fleet` the instances of a fleet share out together. Default false.
   */
  readonly fairness?: boolean | undefined;
  /** Requests a second that every class gets at least. Default 1. */
  readonly minimumPerSecond?: number | undefined;
  /** Share of the completed requests (0 to 0.25) that every class gets at least. Default 0.01. */
  readonly minimumShare?: number | undefined;
}

/** {@link PriorityOptions} with every default filled in. */
export interface ResolvedPriorityOptions {
  readonly identity: string | IdentityOf | undefined;
  readonly salt: string | undefined;
  readonly reserved: Readonly<Record<Criticality, number>>;
  readonly fairness: boolean;
  readonly minimumPerSecond: number;
  readonly minimumShare: number;
}

/** A header's name: RFC 9110, section 5.6.2. */
export const HEADER_NAME: RegExp = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export const IDENTITY_RULE = 'the name of a header';

/** Node.js has the names in lower case. */
const identity: Rule<string | IdentityOf> = {
  ...rule(
    IDENTITY_RULE,
    (value) => typeof value === 'function' || (typeof value === 'string' && HEADER_NAME.test(value)),
  ),
  complete: (value) => (typeof value === 'string' ? value.toLowerCase() : value),
};

const reserved: Rule<OptionsOf<Record<Criticality, number>>, Readonly<Record<Criticality, number>>> = object(
  sharesByClass({ 'critical-plus': 0, critical: 0, 'sheddable-plus': 0, sheddable: 0 }),
  addsUp,
);

export const PRIORITY: Declaration<ResolvedPriorityOptions> = Object.freeze({
  identity: { rule: identity, byDefault: undefined },
  salt: { rule: text(), byDefault: undefined },
  reserved: { rule: reserved, byDefault: reserved.complete({}) },
  fairness: { rule: flag(), byDefault: false },
  minimumPerSecond: { rule: number(0, 1_000_000), byDefault: 1 },
  minimumShare: { rule: number(0, 0.25), byDefault: 0.01 },
});

export const priority: Rule<PriorityOptions, ResolvedPriorityOptions> = object(PRIORITY, agrees);

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolvePriorityOptions(options: PriorityOptions = {}): ResolvedPriorityOptions {
  return resolve(priority, options, ['admission', 'priority']);
}

/** Without an identity all requests would be one tenant's. */
function agrees({ fairness, identity: whose }: PriorityOptions, path: Path): readonly Problem[] {
  if (fairness !== true || whose !== undefined) return [];
  return [{ path: [...path, 'fairness'], rule: 'left out where no identity is named', value: true }];
}

/** A share for each class. */
export function sharesByClass(
  byDefault: Readonly<Record<Criticality, number>>,
): Declaration<Record<Criticality, number>> {
  const of = (criticality: Criticality): { rule: Rule<number>; byDefault: number } => ({
    rule: number(0, 1),
    byDefault: byDefault[criticality],
  });
  return Object.freeze({
    'critical-plus': of('critical-plus'),
    critical: of('critical'),
    'sheddable-plus': of('sheddable-plus'),
    sheddable: of('sheddable'),
  });
}

/** Tenths do not add up exactly. */
function addsUp(given: OptionsOf<Record<Criticality, number>>, path: Path): readonly Problem[] {
  const sum = CRITICALITIES.reduce((total, criticality) => total + (given[criticality] ?? 0), 0);
  return sum <= 1 + 1e-9 ? [] : [{ path, rule: 'shares that add up to at most 1', value: given }];
}
