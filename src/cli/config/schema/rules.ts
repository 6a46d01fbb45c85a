// What the sections are made of: the rules of the options' own resolvers in the same words, which a test holds together.
// A resolver stops at the first problem, this finds all of them. Each message is a rule, to come after "must be".
import { MAX_MILLISECONDS, TIME_RULE } from '../../../core/validate.ts';
import { z } from 'zod';

export const integer = (min: number, max?: number): z.ZodType<number> => {
  const rule =
    max === undefined ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`;
  const least = z.int(rule).min(min, rule);
  return max === undefined ? least : least.max(max, rule);
};

/** A time: ends where timers do. */
export const milliseconds = (min: number): z.ZodType<number> => {
  const rule = `a whole number of at least ${min}`;
  return z.int(rule).min(min, rule).max(MAX_MILLISECONDS, TIME_RULE);
};

export const fraction = (max: number): z.ZodType<number> => {
  const rule = `a number from 0 to ${max}`;
  return z.number(rule).min(0, rule).max(max, rule);
};

/** From nothing to all. */
export const share: z.ZodOptional<z.ZodType<number>> = fraction(1).optional();

export const aboveZero: z.ZodType<number> = z
  .number('a number greater than 0')
  .positive('a number greater than 0');

export const flag: z.ZodOptional<z.ZodBoolean> = z.boolean('true or false').optional();

export const text: z.ZodType<string> = z.string('a text').min(1, 'a text');

/** An object without unknown keys. */
export const strict = <Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> =>
  z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : 'an object'),
  });

/** What can be switched off. */
export const orFalse = <Options extends z.ZodType>(
  options: Options,
): z.ZodOptional<z.ZodUnion<readonly [z.ZodLiteral<false>, Options]>> =>
  z.union([z.literal(false, 'false or an object'), options]).optional();
