// Options that are declared once: what each must be, and what stands without it. The resolver for options given in code, the schema of
// the configuration file and the tables of the reference follow from the declaration.
import { RespiteError } from './errors.ts';
import { MAX_MILLISECONDS, show, TIME_RULE } from './validate.ts';

/** Names and indexes that lead to a value. */
export type Path = readonly (string | number)[];

/** A rule that a value breaks. */
export interface Problem {
  readonly path: Path;
  /** Comes after "must be". */
  readonly rule: string;
  readonly value: unknown;
  /** The value is an option that does not exist; these do. */
  readonly known?: readonly string[] | undefined;
  /** The value is not to be shown, not even a broken one. */
  readonly isSecret?: boolean | undefined;
}

/** What a value must be. */
export interface Rule<Given, Resolved = Given> {
  /** All that is wrong with a value. Must not throw, whatever the value is. */
  readonly check: (value: unknown, path: Path) => readonly Problem[];
  /** Fills in defaults. Called only with a value without problems. */
  readonly complete: (value: Given) => Resolved;
}

/** One option, of an object whose options with all defaults are `All`. */
export interface Option<Resolved, All> {
  // Whatever is given, `check` has seen that it is that.
  readonly rule: Rule<never, Resolved>;
  /**
   * What stands without it, undefined for nothing. A function finds the options before this one with their defaults. Without this key the
   * option has to be given.
   */
  readonly byDefault?: Resolved | ((options: All) => Resolved) | undefined;
}

/** Every option of an object, in the order in which errors and tables list them. */
export type Declaration<All> = { readonly [Key in keyof All]-?: Option<All[Key], All> };

/** What callers give: every option may be left out, except those named. Only `undefined` means default. */
export type OptionsOf<All, Needed extends keyof All = never> = Readonly<Pick<All, Needed>> & {
  readonly [Key in keyof Omit<All, Needed>]?: All[Key] | undefined;
};

/** A rule of its own, in words that come after "must be". */
export function rule<T>(words: string, isGood: (value: unknown) => boolean): Rule<T> {
  return {
    check: (value, path) => (isGood(value) ? [] : [{ path, rule: words, value }]),
    complete: (value) => value,
  };
}

/** A whole number of at least `min`, and at most `max`. */
export function integer(min: number, max?: number): Rule<number> {
  const words =
    max === undefined ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`;
  const most = max ?? Number.MAX_SAFE_INTEGER;
  return rule(words, (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= most);
}

/** A time: ends where timers of Node.js do. */
export function milliseconds(min: number): Rule<number> {
  const whole = integer(min);
  const short = rule<number>(TIME_RULE, (value) => Number(value) <= MAX_MILLISECONDS);
  return {
    ...whole,
    check: (value, path) => firstOf(whole.check(value, path), () => short.check(value, path)),
  };
}

/** A finite number greater than 0. */
export function aboveZero(): Rule<number> {
  return rule(
    'a number greater than 0',
    (value) => typeof value === 'number' && value > 0 && value < Infinity,
  );
}

/** A number from 0 to 1. */
export function share(): Rule<number> {
  return rule('a number from 0 to 1', (value) => typeof value === 'number' && value >= 0 && value <= 1);
}

export function flag(): Rule<boolean> {
  return rule('true or false', (value) => typeof value === 'boolean');
}

/** @param words What the list is of, after "must be". */
export function list<T>(words: string, element: Rule<T>): Rule<readonly T[]> {
  return {
    check: (value, path) =>
      Array.isArray(value)
        ? value.flatMap((each, i) => element.check(each, [...path, i]))
        : [{ path, rule: words, value }],
    complete: (values) => Object.freeze(values.map((each) => element.complete(each))),
  };
}

/** A rule whose values are shown nowhere. */
export function secret<T, Resolved>(of: Rule<T, Resolved>): Rule<T, Resolved> {
  const check = (value: unknown, path: Path): readonly Problem[] =>
    of.check(value, path).map((problem) => Object.assign(problem, { isSecret: true }));
  return { ...of, check };
}

/** An object of names and values. */
export function byName<Value, Resolved>(
  name: Rule<string>,
  value: Rule<Value, Resolved>,
): Rule<Readonly<Record<string, Value>>, Readonly<Record<string, Resolved>>> {
  return {
    check: (all, path) =>
      isObject(all)
        ? Object.entries(all).flatMap(([key, each]) =>
            name.check(key, [...path, key]).concat(value.check(each, [...path, key])),
          )
        : [{ path, rule: 'an object', value: all }],
    complete: (all) =>
      Object.freeze(
        Object.fromEntries(Object.entries(all).map(([key, each]) => [key, value.complete(each)])),
      ),
  };
}

/**
 * An object of declared options.
 *
 * @param also What options must be to each other. Called only when each is right by itself.
 */
export function object<All extends object, GivenAll = OptionsOf<All>>(
  declaration: Declaration<All>,
  also: (given: GivenAll, path: Path) => readonly Problem[] = () => [],
): Rule<GivenAll, All> {
  const keys = Object.keys(declaration);
  const optionOf = (key: string): Option<unknown, All> =>
    (declaration as Record<string, Option<unknown, All>>)[key] as never;
  const problemsOf = (given: Readonly<Record<string, unknown>>, path: Path): readonly Problem[] => {
    const unknown = Object.keys(given).filter((key) => !keys.includes(key));
    return [
      ...unknown.map((key) => ({ path: [...path, key], rule: '', value: given[key], known: keys })),
      ...keys.flatMap((key) => {
        const { rule: own, ...rest } = optionOf(key);
        const isLeftOut = given[key] === undefined && 'byDefault' in rest;
        return isLeftOut ? [] : own.check(given[key], [...path, key]);
      }),
    ];
  };
  return {
    check: (value, path) =>
      isObject(value)
        ? firstOf(problemsOf(value, path), () => also(value as GivenAll, path))
        : [{ path, rule: 'an object', value }],
    complete: (given) => {
      const values = given as Readonly<Record<string, unknown>>;
      const all: Record<string, unknown> = {};
      for (const key of keys) {
        const { rule: own, byDefault } = optionOf(key);
        if (values[key] !== undefined) all[key] = own.complete(values[key] as never);
        else
          all[key] =
            typeof byDefault === 'function'
              ? (byDefault as (options: All) => unknown)(all as All)
              : byDefault;
      }
      return Object.freeze(all) as All;
    },
  };
}

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` for the first problem. */
export function resolve<GivenAll, All>(of: Rule<GivenAll, All>, value: unknown, path: Path): All {
  const [problem] = of.check(value, path);
  if (problem === undefined) return of.complete(value as GivenAll);
  throw new RespiteError('RESPITE_OPTIONS_INVALID', describeProblem(problem));
}

function describeProblem({ path, rule: words, value, known, isSecret }: Problem): string {
  const name = path.reduce<string>((before, key) => {
    if (typeof key === 'number') return `${before}[${key}]`;
    return before === '' ? key : `${before}.${key}`;
  }, '');
  if (known !== undefined) return `${name} is not an option; known are ${known.join(', ')}`;
  return `${name} must be ${words}${isSecret === true ? '' : `, got ${show(value)}`}`;
}

function firstOf(problems: readonly Problem[], others: () => readonly Problem[]): readonly Problem[] {
  return problems.length > 0 ? problems : others();
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
