import assert from 'node:assert/strict';
import { test } from 'node:test';
import { needsWatchdog, resolveDetectOptions } from './options.ts';

const DEFAULTS = resolveDetectOptions();

test('defaults, and false for what is not to be looked for', () => {
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

test('with a standby a blocked event loop is an incident as soon as the worker is not ready', () => {
  const blockedLoop = (given: object | false): unknown =>
    resolveDetectOptions({ blockedLoop: given }, true).blockedLoop;
  assert.deepEqual(blockedLoop({}), { unreadyMs: 2000, evidenceMs: 2000, killMs: 10_000 });
  assert.deepEqual(blockedLoop({ unreadyMs: 3000 }), { unreadyMs: 3000, evidenceMs: 3000, killMs: 10_000 });
  assert.deepEqual(blockedLoop({ evidenceMs: 5000 }), { unreadyMs: 2000, evidenceMs: 5000, killMs: 10_000 });
  assert.equal(blockedLoop(false), false);
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
  [
    { memoryLeak: { windowMs: 999 } },
    /memoryLeak\.windowMs must be a whole number of at least 1000, got 999/,
  ],
  [{ memoryLeak: { growthShare: 2 } }, /memoryLeak\.growthShare must be a number from 0 to 1, got 2/],
  [{ memory: { limitBytes: 0 } }, /memory\.limitBytes must be a whole number of at least 1, got 0/],
  [{ memory: { replaceShare: 2 } }, /memory\.replaceShare must be a number from 0 to 1, got 2/],
  [{ stuckRequests: { afterMs: 1 } }, /stuckRequests\.afterMs must be a whole number of at least 2000/],
  [{ stuckRequests: { atLeast: 0 } }, /stuckRequests\.atLeast must be a whole number of at least 1/],
  [{ stuckRequests: { againMs: -1 } }, /stuckRequests\.againMs must be a whole number of at least 0/],
  [{ serverClosed: { afterMs: 999 } }, /serverClosed\.afterMs must be a whole number of at least 1000/],
  [{ descriptors: { share: 2 } }, /descriptors\.share must be a number from 0 to 1/],
  [{ cpuStarved: { afterMs: 499 } }, /cpuStarved\.afterMs must be a whole number of at least 500/],
  [{ diskFull: { freeBytes: -1 } }, /diskFull\.freeBytes must be a whole number of at least 0/],
  [{ blocked: 1 }, /supervisor\.detect\.blocked is not an option/],
  [{ blockedLoop: true }, /supervisor\.detect\.blockedLoop must be false or an object, got true/],
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

test('each detector takes its own options, and fills in the rest', () => {
  const given = {
    memoryLeak: { windowMs: 1000 },
    memory: { limitBytes: 1 },
    stuckRequests: { atLeast: 1, againMs: 0, afterMs: undefined },
    descriptors: { share: 0.5 },
    cpuStarved: { afterMs: 500 },
    diskFull: { freeBytes: 0 },
  };
  assert.deepEqual(resolveDetectOptions(given), {
    ...DEFAULTS,
    memoryLeak: { windowMs: 1000, growthShare: 0.1 },
    memory: { warnShare: 0.7, replaceShare: 0.9, limitBytes: 1 },
    stuckRequests: { afterMs: 30_000, atLeast: 1, againMs: 0 },
    descriptors: { share: 0.5 },
    cpuStarved: { afterMs: 500 },
    diskFull: { freeBytes: 0 },
  });
});

test('the documented defaults', () => {
  assert.deepEqual(resolveDetectOptions(), {
    blockedLoop: { unreadyMs: 2000, evidenceMs: 5000, killMs: 10_000 },
    gcDeathSpiral: { warnShare: 0.6, replaceShare: 0.7 },
    memoryLeak: { windowMs: 600_000, growthShare: 0.1 },
    memory: { warnShare: 0.7, replaceShare: 0.9, limitBytes: undefined },
    stuckRequests: { afterMs: 30_000, atLeast: 5, againMs: 600_000 },
    serverClosed: { afterMs: 5000 },
    descriptors: { share: 0.9 },
    cpuStarved: { afterMs: 5000 },
    diskFull: { freeBytes: 67_108_864 },
  });
});

for (const name of Object.keys(DEFAULTS)) {
  test(`${name} can be switched off, and rejects options that it does not know`, () => {
    assert.deepEqual(resolveDetectOptions({ [name]: false }), { ...DEFAULTS, [name]: false });
    const message = new RegExp(`supervisor\\.detect\\.${name}\\.other is not an option`);
    assert.throws(() => resolveDetectOptions({ [name]: { other: 1 } }), { message });
  });
}

test('descriptors, disks and closed servers can be watched without a watchdog', () => {
  const fromOutside = new Set(['descriptors', 'diskFull', 'serverClosed']);
  const off = Object.fromEntries(Object.keys(DEFAULTS).map((name) => [name, false]));
  for (const name of Object.keys(DEFAULTS)) {
    const needs = needsWatchdog(resolveDetectOptions({ ...off, [name]: {} }));
    assert.equal(needs, !fromOutside.has(name), name);
  }
});
