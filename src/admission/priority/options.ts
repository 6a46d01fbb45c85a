import type { IncomingHttpHeaders } from 'node:http';
import { fail, fraction, knownKeys, text } from '../../core/validate.ts';
import { CRITICALITIES, type Criticality } from '../policy.ts';

/** Whose request it is, read from its headers; undefined for nobody in particular. Has to be quick. */
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
  /** Requests a second that every class gets at least. Default 1. */
  readonly minimumPerSecond?: number | undefined;
  /** Share of the completed requests (0 to 0.25) that every class gets at least. Default 0.01. */
  readonly minimumShare?: number | undefined;
}

/** {@link PriorityOptions} with every default filled in. */
export interface ResolvedPriorityOptions {
  readonly identity?: string | IdentityOf | undefined;
  readonly salt?: string | undefined;
  readonly reserved: Readonly<Record<Criticality, number>>;
  readonly minimumPerSecond: number;
  readonly minimumShare: number;
}

/** What `reserved` has to be as a whole. */
export const RESERVED_RULE = 'shares that add up to at most 1';

const KEYS: readonly string[] = ['identity', 'salt', 'reserved', 'minimumPerSecond', 'minimumShare'];

/** A header's name: RFC 9110, section 5.6.2. */
export const HEADER_NAME: RegExp = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

export const DEFAULTS: ResolvedPriorityOptions = Object.freeze({
  reserved: Object.freeze({ 'critical-plus': 0, critical: 0, 'sheddable-plus': 0, sheddable: 0 }),
  minimumPerSecond: 1,
  minimumShare: 0.01,
});

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolvePriorityOptions(options: PriorityOptions = {}): ResolvedPriorityOptions {
  knownKeys('admission.priority', options, KEYS);
  const reserved = { ...DEFAULTS.reserved };
  if (options.reserved !== undefined) {
    knownKeys('admission.priority.reserved', options.reserved, CRITICALITIES);
    for (const criticality of CRITICALITIES) {
      const given = options.reserved[criticality];
      if (given === undefined) continue;
      reserved[criticality] = fraction(`admission.priority.reserved.${criticality}`, given);
    }
  }
  const sum = Object.values(reserved).reduce((total, share) => total + share, 0);
  // Tenths do not add up exactly.
  if (sum > 1 + 1e-9) fail('admission.priority.reserved', RESERVED_RULE, reserved);
  const { minimumPerSecond = DEFAULTS.minimumPerSecond, minimumShare = DEFAULTS.minimumShare } = options;
  return Object.freeze({
    ...resolveIdentity(options),
    reserved: Object.freeze(reserved),
    minimumPerSecond: fraction('admission.priority.minimumPerSecond', minimumPerSecond, 0, 1_000_000),
    minimumShare: fraction('admission.priority.minimumShare', minimumShare, 0, 0.25),
  });
}

function resolveIdentity({ identity, salt }: PriorityOptions): Pick<PriorityOptions, 'identity' | 'salt'> {
  const isName = typeof identity === 'string' && HEADER_NAME.test(identity);
  if (identity !== undefined && !isName && typeof identity !== 'function') {
    fail('admission.priority.identity', 'the name of a header', identity);
  }
  return {
    // Node.js has the names in lower case.
    ...(identity === undefined ? {} : { identity: isName ? identity.toLowerCase() : identity }),
    ...(salt === undefined ? {} : { salt: text('admission.priority.salt', salt) }),
  };
}
