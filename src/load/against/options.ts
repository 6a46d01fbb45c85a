// Options of a comparison: what each must be, and what stands without it. Those of the load are checked by `load` itself.
import { randomInt } from 'node:crypto';
import { type Declaration, object, type Path, type Problem, resolve, type Rule } from '../../core/options.ts';
import { aboveZero, byName, integer, list, milliseconds, rule } from '../../core/rules.ts';
import type { LoadOptions } from '../contract.ts';
import type { CompareOptions, CompareProgress, Version } from './contract.ts';
import { DEFAULT_MIN_EFFECTS, FIGURES, type MinEffects } from './verdict/figures.ts';

export type LoadPart = Omit<
  LoadOptions,
  'url' | 'rate' | 'durationMs' | 'threads' | 'onProgress' | 'seed' | 'signal'
>;

interface Own {
  readonly baseline: Version;
  readonly candidate: Version;
  readonly path: string;
  readonly rate: number | undefined;
  readonly durationMs: number;
  readonly minEffect: number | Partial<MinEffects> | undefined;
  readonly seed: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: CompareProgress) => void) | undefined;
}

export interface ResolvedCompareOptions extends Omit<Own, 'minEffect' | 'seed' | 'signal'> {
  readonly minEffects: MinEffects;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly load: LoadPart;
}

const text = rule<string>('a text that is not empty', (value) => typeof value === 'string' && value !== '');

const running = object<Extract<Version, { url: unknown }>>({
  url: {
    rule: rule<string | URL>('an http: or https: URL', (value) =>
      ['http:', 'https:'].includes(URL.parse(String(value))?.protocol ?? ''),
    ),
  },
  pid: { rule: integer(1), byDefault: undefined },
});

const started = object<Extract<Version, { command: unknown }>>(
  {
    command: { rule: list('an array of a program and its arguments', text) },
    ref: { rule: text, byDefault: undefined },
    setup: { rule: text, byDefault: undefined },
    directory: { rule: text, byDefault: undefined },
    env: {
      rule: byName(
        text,
        rule<string>('a text', (value) => typeof value === 'string'),
      ),
      byDefault: undefined,
    },
  },
  ({ setup, ref }, path) =>
    setup !== undefined && ref === undefined
      ? [{ path: [...path, 'setup'], rule: 'given together with ref', value: setup }]
      : [],
);

const version: Rule<Version> = {
  check: (value: unknown, path: Path): readonly Problem[] =>
    typeof value === 'object' && value !== null && 'url' in value
      ? running.check(value, path)
      : started.check(value, path),
  complete: (value) => value,
};

const effects = object<Partial<MinEffects>>({
  cpu: { rule: aboveZero(), byDefault: undefined },
  p99: { rule: aboveZero(), byDefault: undefined },
  goodput: { rule: aboveZero(), byDefault: undefined },
});

const OWN: Declaration<Own> = {
  baseline: { rule: version },
  candidate: { rule: version },
  path: {
    rule: rule<string>(
      'a path that begins with /',
      (value) => typeof value === 'string' && value.startsWith('/'),
    ),
    byDefault: '/',
  },
  rate: { rule: aboveZero(), byDefault: undefined },
  durationMs: { rule: milliseconds(1), byDefault: 120_000 },
  minEffect: {
    rule: {
      check: (value: unknown, path: Path) =>
        typeof value === 'object' ? effects.check(value, path) : aboveZero().check(value, path),
      complete: (value: number | Partial<MinEffects>) => value,
    },
    byDefault: undefined,
  },
  seed: { rule: integer(0, 2 ** 32 - 1), byDefault: undefined },
  signal: {
    rule: rule<AbortSignal>('an AbortSignal', (value) => value instanceof AbortSignal),
    byDefault: undefined,
  },
  onProgress: {
    rule: rule<(progress: CompareProgress) => void>('a function', (value) => typeof value === 'function'),
    byDefault: undefined,
  },
};

/** Of the load, which checks its own. */
const LOAD_KEYS: readonly (keyof LoadPart)[] = [
  'mix',
  'headers',
  'protocol',
  'connections',
  'newConnections',
  'slowReaders',
  'retries',
  'deadlineMs',
  'timeoutMs',
  'ownsTarget',
  'insecure',
  'maxLagMs',
];

/** Throws a `RespiteError` that names the option, the rule and the value. */
export function resolveCompareOptions(options: CompareOptions): ResolvedCompareOptions {
  const isOfLoad = ([key]: [string, unknown]): boolean => (LOAD_KEYS as readonly string[]).includes(key);
  const entries = Object.entries(options);
  const given = Object.fromEntries(entries.filter((entry) => !isOfLoad(entry)));
  const { minEffect, seed, signal, ...own } = resolve(object<Own, CompareOptions>(OWN), given, []);
  const effectOf = typeof minEffect === 'object' ? minEffect : undefined;
  return {
    ...own,
    minEffects: Object.fromEntries(
      FIGURES.map((figure) => [
        figure,
        typeof minEffect === 'number' ? minEffect : (effectOf?.[figure] ?? DEFAULT_MIN_EFFECTS[figure]),
      ]),
    ) as unknown as MinEffects,
    seed: seed ?? randomInt(2 ** 32),
    signal: signal ?? new AbortController().signal,
    load: Object.fromEntries(entries.filter(isOfLoad)),
  };
}
