import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULTS, resolveDetectOptions } from './options.ts';

test('defaults, and false for what is not to be looked for', () => {
  assert.deepEqual(resolveDetectOptions(), DEFAULTS);
  assert.deepEqual(resolveDetectOptions({ blockedLoop: {} }), DEFAULTS);
  assert.deepEqual(resolveDetectOptions({ blockedLoop: false }), { ...DEFAULTS, blockedLoop: false });
});

test('a threshold that is given moves the defaults of the others out of its way', () => {
  const blockedLoop = (given: object): unknown => resolveDetectOptions({ blockedLoop: given }).blockedLoop;
  assert.deepEqual(blockedLoop({ killMs: 1000 }), { unreadyMs: 1000, evidenceMs: 1000, killMs: 1000 });
  assert.deepEqual(blockedLoop({ unreadyMs: 20_000 }), {
    unreadyMs: 20_000,
    evidenceMs: 20_000,
    killMs: 20_000,
  });
  assert.deepEqual(blockedLoop({ evidenceMs: 600 }), { unreadyMs: 600, evidenceMs: 600, killMs: 10_000 });
});

test('the same for shares', () => {
  const shares = (given: object): unknown => resolveDetectOptions({ gcDeathSpiral: given }).gcDeathSpiral;
  assert.deepEqual(shares({ replaceShare: 0.5 }), { warnShare: 0.5, replaceShare: 0.5 });
  assert.deepEqual(shares({ warnShare: 0.9 }), { warnShare: 0.9, replaceShare: 0.9 });
  assert.equal(resolveDetectOptions({ gcDeathSpiral: false }).gcDeathSpiral, false);
});

const REFUSED: readonly (readonly [options: object, message: RegExp])[] = [
  [{ gcDeathSpiral: { share: 1 } }, /supervisor\.detect\.gcDeathSpiral\.share is not an option/],
  [{ gcDeathSpiral: { warnShare: 1.1 } }, /warnShare must be a number from 0 to 1, got 1\.1/],
  [
    { gcDeathSpiral: { warnShare: 0.8, replaceShare: 0.7 } },
    /replaceShare must be a number from 0\.8 to 1, got 0\.7/,
  ],
  [{ blocked: 1 }, /supervisor\.detect\.blocked is not an option/],
  [{ blockedLoop: true }, /supervisor\.detect\.blockedLoop must be an object, got true/],
  [{ blockedLoop: { after: 1 } }, /supervisor\.detect\.blockedLoop\.after is not an option/],
  [{ blockedLoop: { unreadyMs: 499 } }, /unreadyMs must be a whole number of at least 500, got 499/],
  [
    { blockedLoop: { unreadyMs: 3000, killMs: 2000 } },
    /killMs must be a whole number of at least 3000, got 2000/,
  ],
  [
    { blockedLoop: { evidenceMs: 1000, unreadyMs: 2000 } },
    /evidenceMs must be a whole number of at least 2000/,
  ],
];

for (const [options, message] of REFUSED) {
  test(`${JSON.stringify(options)} is refused`, () => {
    assert.throws(() => resolveDetectOptions(options), { code: 'RESPITE_OPTIONS_INVALID', message });
  });
}
