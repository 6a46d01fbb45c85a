import {
  type Declaration,
  object,
  type OptionsOf,
  type Path,
  type Problem,
  resolve,
  type Rule,
} from '../core/options.ts';
import { aboveZero, byName, flag, integer, list, milliseconds, rule, share } from '../core/rules.ts';
import type { HealthCheck } from './check.ts';

/** One thing to look at, and how often, with every default filled in. */
export interface ResolvedIndicatorOptions {
  /** How to look at it: `disk()`, `postgres(pool)`, `custom(async () => …)`. */
  readonly check: HealthCheck;
  /** Where it counts: `ready`, `startup`, `live` (only what is local), or groups of your own. Default `['ready']`. */
  readonly groups: readonly string[];
  /** Whether its groups are down while it is down; otherwise it is only shown. Default true for what is local, false for what is outside. */
  readonly critical: boolean;
  /** From the start of one check to the start of the next, in ms. Default 5000. */
  readonly intervalMs: number;
  /** A check that takes longer is down, in ms. Default 1000. */
  readonly timeoutMs: number;
  /** From this median of the last five checks on it is slow, in ms. Default half of `timeoutMs`. */
  readonly slowMs: number;
  /** Checks in a row that must fail until it is down. Default 1. */
  readonly failures: number;
  /** Checks in a row that must succeed until it is up again. Default 1. */
  readonly successes: number;
}

/** One thing to look at, and how often. Only `undefined` means default. */
export type IndicatorOptions = OptionsOf<ResolvedIndicatorOptions, 'check'>;

/** Options of health in the configuration, with every default filled in. */
export interface ResolvedHealthOptions {
  /** What to look at beside the workers, by name; functions and clients, so not in a `.json` file. Default none. */
  readonly indicators: Readonly<Record<string, ResolvedIndicatorOptions>>;
  /** Share of the workers, 0 to 1, that must be ready for the instance to be. Rounded up, one at least. Default 0. */
  readonly readyShare: number;
}

/** Options of health in the configuration. Only `undefined` means default. */
export type HealthOptions = OptionsOf<Omit<ResolvedHealthOptions, 'indicators'>> & {
  /** What to look at beside the workers, by name. Default none. */
  readonly indicators?: Readonly<Record<string, IndicatorOptions>> | undefined;
};

/** A name is a segment of a path, and a value of a label. */
const NAME_PATTERN = /^[a-z][\w-]{0,62}$/i;

/** Names that management has for its own parts. */
const TAKEN_NAMES: ReadonlySet<unknown> = new Set(['instance', 'workers', 'supervisor']);

const name: Rule<string> = rule(
  'a name of letters, digits, - and _, at most 63, a letter first',
  (value) => typeof value === 'string' && NAME_PATTERN.test(value),
);

const freeName: Rule<string> = rule(
  'another name: Respite has a part of that name',
  (value) => !TAKEN_NAMES.has(value),
);

/** A second answers for most of what a check asks; five between them is twice as often as Kubernetes probes by default. */
export const INDICATOR: Declaration<ResolvedIndicatorOptions> = Object.freeze({
  check: {
    rule: rule<HealthCheck>("a check, such as disk() or custom(async () => …) of 'respite/health'", isCheck),
  },
  groups: { rule: list('an array of names', name), byDefault: Object.freeze(['ready']) },
  critical: { rule: flag(), byDefault: ({ check }: ResolvedIndicatorOptions) => check.local },
  intervalMs: { rule: milliseconds(1), byDefault: 5000 },
  timeoutMs: { rule: milliseconds(1), byDefault: 1000 },
  slowMs: { rule: aboveZero(), byDefault: ({ timeoutMs }: ResolvedIndicatorOptions) => timeoutMs / 2 },
  failures: { rule: integer(1), byDefault: 1 },
  successes: { rule: integer(1), byDefault: 1 },
});

const indicator: Rule<IndicatorOptions, ResolvedIndicatorOptions> = object(INDICATOR, liveIsLocal);

const indicatorName: Rule<string> = {
  check: (value, path) => [name, freeName].flatMap((each) => each.check(value, path)),
  complete: (value) => value,
};

export const HEALTH: Declaration<ResolvedHealthOptions> = Object.freeze({
  indicators: { rule: byName(indicatorName, indicator), byDefault: Object.freeze({}) },
  readyShare: { rule: share(), byDefault: 0 },
});

/** What `health` in the configuration must be. */
export const health: Rule<HealthOptions, ResolvedHealthOptions> = object(HEALTH);

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` that names option, rule and value. */
export function resolveHealthOptions(options: HealthOptions = {}): ResolvedHealthOptions {
  return resolve(health, options, ['health']);
}

/** The same for one indicator. */
export function resolveIndicatorOptions(key: string, options: IndicatorOptions): ResolvedIndicatorOptions {
  resolve(indicatorName, key, ['health', key]);
  return resolve(indicator, options, ['health', key]);
}

/** Made by one of our functions, or by hand in the same shape. */
function isCheck(value: unknown): value is HealthCheck {
  if (typeof value !== 'object' || value === null) return false;
  const { run, local } = value as Partial<HealthCheck>;
  return typeof run === 'function' && typeof local === 'boolean';
}

/** Restarting this instance repairs nothing that is outside of the machine. */
function liveIsLocal({ check, groups = [] }: IndicatorOptions, path: Path): readonly Problem[] {
  const at = groups.indexOf('live');
  if (check.local || at < 0) return [];
  const words = 'left out: what is outside of this machine must not decide about liveness';
  return [{ path: [...path, 'groups', at], rule: words, value: 'live' }];
}
