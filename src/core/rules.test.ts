import assert from 'node:assert/strict';
import { test } from 'node:test';
import { object, resolve, type Rule } from './options.ts';
import {
  aboveZero,
  callable,
  flag,
  instanceOf,
  integer,
  list,
  milliseconds,
  number,
  oneOf,
  orFalse,
  rule,
  share,
  text,
} from './rules.ts';

const options = object<{ readonly a: number }>({ a: { rule: integer(1), byDefault: 1 } });

const CASES: readonly (readonly [name: string, of: Rule<never, unknown>, value: unknown, message: string])[] =
  [
    ['a fraction of a whole', integer(1), 1.5, 'a.b must be a whole number of at least 1, got 1.5'],
    ['a number too small', integer(1), 0, 'a.b must be a whole number of at least 1, got 0'],
    ['a number too large', integer(1, 8), 9, 'a.b must be a whole number from 1 to 8, got 9'],
    ['a word for a number', integer(1), 'many', 'a.b must be a whole number of at least 1, got "many"'],
    [
      'a time that no timer can take',
      milliseconds(1),
      2 ** 31,
      'a.b must be a time of at most 2000000000 ms (23 days), got 2147483648',
    ],
    ['not a number', share(), Number.NaN, 'a.b must be a number from 0 to 1, got NaN'],
    ['more than all', share(), 1.01, 'a.b must be a number from 0 to 1, got 1.01'],
    ['too little', number(1), 0.5, 'a.b must be a number of at least 1, got 0.5'],
    ['nothing', aboveZero(), 0, 'a.b must be a number greater than 0, got 0'],
    ['more than there is', aboveZero(), Infinity, 'a.b must be a number greater than 0, got Infinity'],
    ['another word', oneOf('y', 'z'), 'x', 'a.b must be one of y, z, got "x"'],
    ['null for a flag', flag(), null, 'a.b must be true or false, got null'],
    ['no text', text(), '', 'a.b must be a text, got ""'],
    ['no function', callable(), {}, 'a.b must be a function, got an object'],
    [
      'a thing by hand',
      instanceOf('what new Map() makes', Map),
      new Set(),
      'a.b must be what new Map() makes, got an object',
    ],
    [
      'too few',
      list('an array of at least one flag', flag(), 1),
      [],
      'a.b must be an array of at least one flag, got an array',
    ],
    ['an array for an object', options, [], 'a.b must be an object, got an array'],
    ['an unknown key', options, { c: 1 }, 'a.b.c is not an option; known are a'],
    ['true for options', orFalse(options), true, 'a.b must be false or an object, got true'],
  ];

for (const [name, of, value, message] of CASES) {
  test(`${name} is refused by name, rule and value`, () => {
    assert.throws(() => resolve(of, value, ['a', 'b']), { code: 'RESPITE_OPTIONS_INVALID', message });
  });
}

const GOOD: readonly (readonly [of: Rule<never, unknown>, value: unknown])[] = [
  [integer(1, 8), 8],
  [milliseconds(0), 2_000_000_000],
  [share(), 1],
  [number(0.5, 0.999), 0.5],
  [aboveZero(), 0.5],
  [oneOf('y', 'z'), 'y'],
  [flag(), false],
  [text(), 'a'],
  [rule('anything', () => true), undefined],
  [orFalse(options), false],
  [orFalse(options), { a: 2 }],
];

test('good values pass through', () => {
  for (const [of, value] of GOOD) assert.deepEqual(resolve(of, value, ['a']), value);
});
