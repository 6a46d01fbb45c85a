// What single values must be, for the declarations of options.ts.
import { firstOf, isObject, type Path, type Problem, type Rule } from './options.ts';

/** 23 days. A timer of Node.js that is to wait longer than 2^31 ms fires at once; some room is left for what is added to options. */
export const MAX_MILLISECONDS = 2_000_000_000;

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
  const short = rule<number>(
    `a time of at most ${MAX_MILLISECONDS} ms (23 days)`,
    (value) => Number(value) <= MAX_MILLISECONDS,
  );
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

/** A finite number of at least `min`, and at most `max`. */
export function number(min: number, max?: number): Rule<number> {
  const words = max === undefined ? `a number of at least ${min}` : `a number from ${min} to ${max}`;
  const most = max ?? Number.MAX_VALUE;
  return rule(words, (value) => typeof value === 'number' && value >= min && value <= most);
}

/** A number from 0 to 1. */
export function share(): Rule<number> {
  return number(0, 1);
}

export function flag(): Rule<boolean> {
  return rule('true or false', (value) => typeof value === 'boolean');
}

/** Text that is not empty. */
export function text(): Rule<string> {
  return rule('a text', (value) => typeof value === 'string' && value !== '');
}

export function oneOf<Word extends string | number>(...words: readonly Word[]): Rule<Word> {
  const all: readonly unknown[] = words;
  return rule(`one of ${words.join(', ')}`, (value) => all.includes(value));
}

export function callable<F extends (...args: never) => unknown>(): Rule<F> {
  return rule('a function', (value) => typeof value === 'function');
}

/** What only one of our own functions makes. @param words After "must be", such as "what createRateLimit() returns". */
export function instanceOf<T>(words: string, type: abstract new (...args: never) => T): Rule<T> {
  return rule(words, (value) => value instanceof type);
}

/** An object of options, or false for none of it. */
export function orFalse<Given, Resolved>(of: Rule<Given, Resolved>): Rule<Given | false, Resolved | false> {
  return {
    check: (value, path) => {
      if (value === false) return [];
      return isObject(value) ? of.check(value, path) : [{ path, rule: 'false or an object', value }];
    },
    complete: (value) => value !== false && of.complete(value),
  };
}

/** @param words What the list is of, after "must be". @param atLeast How many it has to have. */
export function list<T>(words: string, element: Rule<T>, atLeast: number = 0): Rule<readonly T[]> {
  return {
    check: (value, path) =>
      Array.isArray(value) && value.length >= atLeast
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

/** An object of names and values. @param words What it is, after "must be". */
export function byName<Value, Resolved>(
  name: Rule<string>,
  value: Rule<Value, Resolved>,
  words: string = 'an object',
): Rule<Readonly<Record<string, Value>>, Readonly<Record<string, Resolved>>> {
  return {
    check: (all, path) =>
      isObject(all)
        ? Object.entries(all).flatMap(([key, each]) =>
            name.check(key, [...path, key]).concat(value.check(each, [...path, key])),
          )
        : [{ path, rule: words, value: all }],
    complete: (all) =>
      Object.freeze(
        Object.fromEntries(Object.entries(all).map(([key, each]) => [key, value.complete(each)])),
      ),
  };
}
