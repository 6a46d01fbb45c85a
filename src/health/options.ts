import { boolean, fail, fraction, integer, knownKeys, positive } from '../core/validate.ts';
import type { HealthCheck } from './check.ts';

/** One thing to look at, and how often. Only `undefined` means default. */
export interface IndicatorOptions {
  /** How to look at it: `disk()`, `postgres(pool)`, `tcp('mail', 25)`, `custom(async () => …)`. */
  readonly check: HealthCheck;
  /** Where it counts: `ready`, `startup` (until the instance has started), `live` (only what is local), groups of your own. Always in `/health`. Default `['ready']`. */
  readonly groups?: readonly string[] | undefined;
  /**
   * While it is down, so are its groups. Otherwise it is only shown. Default: true for what is local, such as a disk; false for
   * what is outside, which other instances need as well: they would all leave the load balancer at once.
   */
  readonly critical?: boolean | undefined;
  /** From the start of one check to the start of the next, in milliseconds. Default 5000. */
  readonly intervalMs?: number | undefined;
  /** A check that takes longer counts as down, in milliseconds. Default 1000. */
  readonly timeoutMs?: number | undefined;
  /** When the median of the last five checks takes as long, it is slow, in milliseconds. Default half of `timeoutMs`. */
  readonly slowMs?: number | undefined;
  /** Checks in a row that must fail until it is down. Default 1. */
  readonly failures?: number | undefined;
  /** Checks in a row that must succeed until it is up again. Default 1. */
  readonly successes?: number | undefined;
}

/** {@link IndicatorOptions} with every default filled in. */
export interface ResolvedIndicatorOptions {
  readonly check: HealthCheck;
  readonly groups: readonly string[];
  readonly critical: boolean;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly slowMs: number;
  readonly failures: number;
  readonly successes: number;
}

/** Options of health in the configuration. Only `undefined` means default. */
export interface HealthOptions {
  /** What the supervisor looks at itself, by name. Default nothing. */
  readonly indicators?: Readonly<Record<string, IndicatorOptions>> | undefined;
  /**
   * Share of the workers wanted, 0 to 1, that must be ready for the instance to be. Rounded up, and one at least. Default 0:
   * one worker suffices.
   */
  readonly readyShare?: number | undefined;
}

/** {@link HealthOptions} with every default filled in. */
export interface ResolvedHealthOptions {
  readonly indicators: Readonly<Record<string, ResolvedIndicatorOptions>>;
  readonly readyShare: number;
}

export const DEFAULTS: ResolvedHealthOptions = Object.freeze({
  indicators: Object.freeze({}),
  readyShare: 0,
});

/** A second answers for most of what a check asks; five between them is twice as often as Kubernetes probes by default. */
export const INDICATOR_DEFAULTS: Omit<ResolvedIndicatorOptions, 'check' | 'critical' | 'slowMs'> =
  Object.freeze({
    groups: Object.freeze(['ready']),
    intervalMs: 5000,
    timeoutMs: 1000,
    failures: 1,
    successes: 1,
  });

export const INDICATOR_KEYS: readonly (keyof IndicatorOptions)[] = Object.freeze([
  'check',
  'groups',
  'critical',
  'intervalMs',
  'timeoutMs',
  'slowMs',
  'failures',
  'successes',
]);

/** A name is a segment of a path, and a value of a label. */
export const NAME_PATTERN: RegExp = /^[a-z][\w-]{0,62}$/i;
export const NAME_RULE = 'a name of letters, digits, - and _, at most 63, a letter first';
export const CHECK_RULE = "a check, such as disk() or custom(async () => …) of 'respite/health'";
export const LIVE_RULE = 'left out: what is outside of this machine must not decide about liveness';
export const GROUPS_RULE = 'an array of names';

/** Names that management has for its own parts. */
export const TAKEN_NAMES: readonly string[] = Object.freeze(['instance', 'workers', 'supervisor']);
export const TAKEN_RULE = 'another name: Respite has a part of that name';

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveHealthOptions(options: HealthOptions = {}): ResolvedHealthOptions {
  knownKeys('health', options, Object.keys(DEFAULTS));
  const indicators = Object.entries(options.indicators ?? {}).map(
    ([name, own]) => [name, resolveIndicatorOptions('health.indicators', name, own)] as const,
  );
  return Object.freeze({
    indicators: Object.freeze(Object.fromEntries(indicators)),
    readyShare: fraction('health.readyShare', options.readyShare ?? DEFAULTS.readyShare),
  });
}

/** @param where What the option is called that holds the indicators by name. */
export function resolveIndicatorOptions(
  where: string,
  name: string,
  options: IndicatorOptions,
): ResolvedIndicatorOptions {
  const option = `${where}.${name}`;
  if (!NAME_PATTERN.test(name)) fail(option, NAME_RULE, name);
  if (TAKEN_NAMES.includes(name)) fail(option, TAKEN_RULE, name);
  knownKeys(option, options, INDICATOR_KEYS);
  const { check } = options;
  if (!isCheck(check)) fail(`${option}.check`, CHECK_RULE, check);
  const whole = (key: 'intervalMs' | 'timeoutMs' | 'failures' | 'successes'): number =>
    integer(`${option}.${key}`, options[key] ?? INDICATOR_DEFAULTS[key], 1);
  const timeoutMs = whole('timeoutMs');
  return Object.freeze({
    check,
    groups: resolveGroups(option, options.groups ?? INDICATOR_DEFAULTS.groups, check),
    critical: boolean(`${option}.critical`, options.critical ?? check.local),
    intervalMs: whole('intervalMs'),
    timeoutMs,
    slowMs: positive(`${option}.slowMs`, options.slowMs ?? timeoutMs / 2),
    failures: whole('failures'),
    successes: whole('successes'),
  });
}

/** Made by one of our functions, or by hand in the same shape. */
export function isCheck(value: unknown): value is HealthCheck {
  if (typeof value !== 'object' || value === null) return false;
  const { run, local } = value as Partial<HealthCheck>;
  return typeof run === 'function' && typeof local === 'boolean';
}

function resolveGroups(option: string, groups: readonly string[], check: HealthCheck): readonly string[] {
  if (!Array.isArray(groups)) fail(`${option}.groups`, GROUPS_RULE, groups);
  for (const [i, group] of groups.entries()) {
    if (!NAME_PATTERN.test(group)) fail(`${option}.groups[${i}]`, NAME_RULE, group);
    if (group === 'live' && !check.local) fail(`${option}.groups[${i}]`, LIVE_RULE, group);
  }
  return Object.freeze([...groups]);
}
