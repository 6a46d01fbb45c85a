import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PriorityOptions, resolvePriorityOptions } from './options.ts';

const DEFAULTS = resolvePriorityOptions();

test('nothing given, or undefined given, means the defaults', () => {
  assert.deepEqual([DEFAULTS.minimumPerSecond, DEFAULTS.minimumShare], [1, 0.01]);
  const given = { reserved: { sheddable: undefined }, minimumShare: undefined, minimumPerSecond: undefined };
  assert.deepEqual(resolvePriorityOptions(given), DEFAULTS);
});

test('given values are taken over', () => {
  const given = { reserved: { sheddable: 0.05 }, minimumPerSecond: 0, minimumShare: 0.02 };
  assert.deepEqual(resolvePriorityOptions(given), {
    ...DEFAULTS,
    ...given,
    reserved: { ...DEFAULTS.reserved, sheddable: 0.05 },
  });
});

const BAD: readonly (readonly [options: unknown, message: RegExp])[] = [
  [{ reserve: {} }, /^admission\.priority\.reserve is not an option/],
  [{ reserved: { important: 1 } }, /^admission\.priority\.reserved\.important is not an option/],
  [{ reserved: { sheddable: 2 } }, /^admission\.priority\.reserved\.sheddable must be .* got 2$/],
  [
    { reserved: { sheddable: 0.6, critical: 0.6 } },
    /^admission\.priority\.reserved must be shares that add up .* got an object$/,
  ],
  [
    { fairness: true },
    /^admission\.priority\.fairness must be left out where no identity is named, got true$/,
  ],
  [{ identity: 'x-tenant', fairness: 1 }, /^admission\.priority\.fairness must be .* got 1$/],
  [{ minimumPerSecond: -1 }, /^admission\.priority\.minimumPerSecond must be .* got -1$/],
  [{ minimumShare: 0.3 }, /^admission\.priority\.minimumShare must be .* got 0\.3$/],
];

for (const [options, message] of BAD) {
  test(`${JSON.stringify(options)} is refused`, () => {
    assert.throws(() => resolvePriorityOptions(options as PriorityOptions), {
      code: 'RESPITE_OPTIONS_INVALID',
      message,
    });
  });
}
