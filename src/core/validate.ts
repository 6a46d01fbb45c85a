// Validators for options given in code. Each error names the option, the rule and the value that broke it.
import { RespiteError } from './errors.ts';

/** Throws `RESPITE_OPTIONS_INVALID`: `option` must be `rule`, got `value`. */
export function fail(option: string, rule: string, value: unknown): never {
  throw new RespiteError('RESPITE_OPTIONS_INVALID', `${option} must be ${rule}, got ${show(value)}`);
}

/** A value in an error: short, and never what is in it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}

/** 23 days. A timer of Node.js that is to wait longer than 2^31 ms fires at once; some room is left for what is added to options. */
export const MAX_MILLISECONDS = 2_000_000_000;

export const TIME_RULE: string = `a time of at most ${MAX_MILLISECONDS} ms (23 days)`;

/** A whole number of at least `min` (and at most `max`). Times in milliseconds end somewhere: see {@link MAX_MILLISECONDS}. */
export function integer(
  option: string,
  value: unknown,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) {
    const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    return fail(option, `a whole number ${range}`, value);
  }
  if (option.endsWith('Ms') && value > MAX_MILLISECONDS) return fail(option, TIME_RULE, value);
  return value;
}

/** A whole number from `min` to `max`, or the given word. */
export function integerOr<Word extends string>(
  word: Word,
  option: string,
  value: unknown,
  min: number,
  max: number = Number.MAX_SAFE_INTEGER,
): number | Word {
  if (value === word) return word;
  const isInteger = typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return isInteger ? value : fail(option, `a whole number ${range}, or ${word}`, value);
}

/** A finite number from `min` to `max`, both included. */
export function fraction(option: string, value: unknown, min: number = 0, max: number = 1): number {
  if (typeof value !== 'number' || !(value >= min && value <= max)) {
    return fail(option, `a number from ${min} to ${max}`, value);
  }
  return value;
}

/** A finite number greater than 0. */
export function positive(option: string, value: unknown): number {
  const isPositive = typeof value === 'number' && value > 0 && value < Infinity;
  return isPositive ? value : fail(option, 'a number greater than 0', value);
}

/** One of the given words. */
export function oneOf<T extends string>(option: string, value: unknown, words: readonly T[]): T {
  const word = words.find((candidate) => candidate === value);
  return word ?? fail(option, `one of ${words.join(', ')}`, value);
}

/** Text that is not empty. */
export function text(option: string, value: unknown): string {
  return typeof value === 'string' && value !== '' ? value : fail(option, 'a text', value);
}

/** True or false. */
export function boolean(option: string, value: unknown): boolean {
  return typeof value === 'boolean' ? value : fail(option, 'true or false', value);
}

/** An object, not an array. */
export function object(option: string, value: unknown): object {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? value : fail(option, 'an object', value);
}

/** An object that has no key but the known ones. */
export function knownKeys(option: string, value: unknown, known: readonly string[]): void {
  const unknown = Object.keys(object(option, value)).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new RespiteError(
    'RESPITE_OPTIONS_INVALID',
    `${option}.${unknown} is not an option; known are ${known.join(', ')}`,
  );
}
