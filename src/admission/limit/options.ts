import { type Declaration, object, type OptionsOf, resolve, type Rule } from '../../core/options.ts';
import { integer, milliseconds } from '../../core/rules.ts';

/** Options of the adaptive limit, with every default filled in. Found by simulation: see docs/design/adaptive-limit.md. */
export interface ResolvedLimitOptions {
  /** The limit never goes below. Default 4. */
  readonly minLimit: number;
  /** The limit never goes above. Default 4096. */
  readonly maxLimit: number;
  /** The limit until something is known. Default 32. */
  readonly initialLimit: number;
  /**
   * Mean latency, in milliseconds, past which a request is taken to wait rather than to be served, unless throughput proves
   * the opposite. What was learned about this server can make it lower, never higher. Default 500.
   */
  readonly targetLatencyMs: number;
}

/** Options of the adaptive limit. Only `undefined` means default. */
export type LimitOptions = OptionsOf<ResolvedLimitOptions>;

/** A default that the given bounds exclude gives way to them. */
export const LIMIT: Declaration<ResolvedLimitOptions> = Object.freeze({
  minLimit: {
    rule: integer(1),
    byDefault: (
      _: unknown,
      { maxLimit = Infinity, initialLimit = Infinity }: Partial<ResolvedLimitOptions>,
    ) => Math.min(4, maxLimit, initialLimit),
  },
  maxLimit: {
    rule: integer(1),
    byDefault: ({ minLimit }: ResolvedLimitOptions, { initialLimit = 0 }: Partial<ResolvedLimitOptions>) =>
      Math.max(4096, minLimit, initialLimit),
  },
  initialLimit: {
    rule: integer(1),
    byDefault: ({ minLimit, maxLimit }: ResolvedLimitOptions) => Math.min(maxLimit, Math.max(minLimit, 32)),
  },
  targetLatencyMs: { rule: milliseconds(1), byDefault: 500 },
});

export const adaptiveLimit: Rule<LimitOptions, ResolvedLimitOptions> = object(
  LIMIT,
  (given: LimitOptions, path) => {
    const { minLimit, maxLimit, initialLimit } = adaptiveLimit.complete(given);
    const problems = integer(minLimit).check(maxLimit, [...path, 'maxLimit']);
    if (problems.length > 0) return problems;
    return integer(minLimit, maxLimit).check(initialLimit, [...path, 'initialLimit']);
  },
);

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveLimitOptions(options: LimitOptions = {}): ResolvedLimitOptions {
  return resolve(adaptiveLimit, options, ['admission', 'adaptiveLimit']);
}
