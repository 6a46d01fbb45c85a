import { integer, knownKeys } from '../../core/validate.ts';

/** Options of the adaptive limit. Every one has a default, found by simulation: see docs/design/adaptive-limit.md. */
export interface LimitOptions {
  /** The limit never goes below. Default 4. */
  readonly minLimit?: number | undefined;
  /** The limit never goes above. Default 4096. */
  readonly maxLimit?: number | undefined;
  /** The limit until something is known. Default 32. */
  readonly initialLimit?: number | undefined;
  /**
   * Mean latency, in milliseconds, past which a request is taken to wait rather than to be served, unless throughput proves
   * the opposite. What was learned about this server can make it lower, never higher. Default 500.
   */
  readonly targetLatencyMs?: number | undefined;
}

/** {@link LimitOptions} with every default filled in. */
export interface ResolvedLimitOptions {
  readonly minLimit: number;
  readonly maxLimit: number;
  readonly initialLimit: number;
  readonly targetLatencyMs: number;
}

export const DEFAULTS: ResolvedLimitOptions = Object.freeze({
  minLimit: 4,
  maxLimit: 4096,
  initialLimit: 32,
  targetLatencyMs: 500,
});

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveLimitOptions(options: LimitOptions = {}): ResolvedLimitOptions {
  knownKeys('admission.adaptiveLimit', options, Object.keys(DEFAULTS));
  // A default that the bounds given by the caller exclude gives way to them.
  const maxGiven = atLeastOne('maxLimit', options.maxLimit);
  const initialGiven = atLeastOne('initialLimit', options.initialLimit);
  const minLimit =
    atLeastOne('minLimit', options.minLimit) ??
    Math.min(DEFAULTS.minLimit, maxGiven ?? Infinity, initialGiven ?? Infinity);
  const maxLimit = integer(
    'admission.adaptiveLimit.maxLimit',
    maxGiven ?? Math.max(DEFAULTS.maxLimit, minLimit, initialGiven ?? 0),
    minLimit,
  );
  return Object.freeze({
    minLimit,
    maxLimit,
    initialLimit: integer(
      'admission.adaptiveLimit.initialLimit',
      initialGiven ?? Math.min(maxLimit, Math.max(minLimit, DEFAULTS.initialLimit)),
      minLimit,
      maxLimit,
    ),
    targetLatencyMs: integer(
      'admission.adaptiveLimit.targetLatencyMs',
      options.targetLatencyMs ?? DEFAULTS.targetLatencyMs,
      1,
    ),
  });
}

function atLeastOne(name: keyof LimitOptions, value: number | undefined): number | undefined {
  return value === undefined ? undefined : integer(`admission.adaptiveLimit.${name}`, value, 1);
}
