// Options that are declared once: what each must be, and what stands without it. The resolver for options given in code, the schema of
// the configuration file and the tables of the reference follow from the declaration.
import { RespiteError } from './errors.ts';

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
   * What stands without it, undefined for nothing. A function finds the options before this one with their defaults, and what was given of
   * all. Without this key the option has to be given.
   */
  readonly byDefault?: Resolved | ((options: All, given: Partial<All>) => Resolved) | undefined;
}

/** Every option of an object, in the order in which errors and tables list them. */
export type Declaration<All> = { readonly [Key in keyof All]-?: Option<All[Key], All> };

/** What callers give: every option may be left out, except those named. Only `undefined` means default. */
export type OptionsOf<All, Needed extends keyof All = never> = Readonly<Pick<All, Needed>> & {
  readonly [Key in keyof Omit<All, Needed>]?: All[Key] | undefined;
};

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
              ? (byDefault as (options: All, given: object) => unknown)(all as All, values)
              : byDefault;
      }
      return Object.freeze(all) as All;
    },
  };
}

/** The same options but these. No default of the others may depend on them. */
export function without<All, Key extends keyof All & string>(
  declaration: Declaration<All>,
  ...keys: readonly Key[]
): Declaration<Omit<All, Key>> {
  const left = Object.entries(declaration).filter(([key]) => !keys.includes(key as Key));
  return Object.freeze(Object.fromEntries(left)) as never;
}

/** Fills in the defaults. Throws a `RespiteError` with code `RESPITE_OPTIONS_INVALID` for the first problem. */
export function resolve<GivenAll, All>(of: Rule<GivenAll, All>, value: unknown, path: Path): All {
  const [problem] = of.check(value, path);
  if (problem === undefined) return of.complete(value as GivenAll);
  throw new RespiteError('RESPITE_OPTIONS_INVALID', describeProblem(problem));
}

/** Throws `RESPITE_OPTIONS_INVALID`: what the path names must be `rule`, got `value`. */
export function refuse(path: Path, rule: string, value: unknown): never {
  throw new RespiteError('RESPITE_OPTIONS_INVALID', describeProblem({ path, rule, value }));
}

/** Objects whose keys are the user's: a pattern, an origin. */
const NAMED_BY_USERS: ReadonlySet<unknown> = new Set(['origins', 'routes']);

/** `admission.routes["POST /x"]`, `admission.exempt[0]`, `admission.thresholds.critical-plus`. */
function nameOf(path: Path): string {
  return path
    .map((key, i) => {
      if (NAMED_BY_USERS.has(path[i - 1])) return `[${JSON.stringify(key)}]`;
      if (typeof key === 'number' || /^\d+$/.test(key)) return `[${key}]`;
      return i === 0 ? key : `.${key}`;
    })
    .join('');
}

/** `admission.limit must be a whole number of at least 1, or adaptive, got 0`. */
export function describeProblem({ path, rule, value, known, isSecret }: Problem): string {
  const name = path.length === 0 ? 'the configuration' : nameOf(path);
  if (known !== undefined) return `${name} is not an option; known are ${known.join(', ')}`;
  return `${name} must be ${rule}${isSecret === true ? '' : `, got ${show(value)}`}`;
}

/** A value in an error: short, and never what is in it. */
function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

export function firstOf(problems: readonly Problem[], others: () => readonly Problem[]): readonly Problem[] {
  return problems.length > 0 ? problems : others();
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
