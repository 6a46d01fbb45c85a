import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWriteBudget, type WriteBudgetOptions } from './budget/index.ts';
import { type ChannelOptions, resolveChannelOptions } from './options.ts';

test('only undefined means default', () => {
  const defaults = resolveChannelOptions();
  assert.equal(defaults.highWaterMarkBytes, 262_144);
  assert.deepEqual(resolveChannelOptions({ sliceBytes: undefined, slowPeer: undefined }), defaults);
  assert.equal(resolveChannelOptions({ slowPeer: false }).slowPeer, false);
  assert.deepEqual(resolveChannelOptions({ slowPeer: { graceMs: 1000 } }).slowPeer, {
    minBytesPerSecond: 1024,
    graceMs: 1000,
    kernelBufferBytes: 4_194_304,
  });
});

test('the low mark and the hard limit follow a high mark that is given', () => {
  const { lowWaterMarkBytes, hardLimitBytes } = resolveChannelOptions({
    highWaterMarkBytes: 128 * 1024 * 1024,
  });
  assert.deepEqual([lowWaterMarkBytes, hardLimitBytes], [32 * 1024 * 1024, 128 * 1024 * 1024]);
});

const REFUSED: readonly (readonly [ChannelOptions, string])[] = [
  [{ highWaterMarkBytes: 0 }, 'channel.highWaterMarkBytes must be a whole number of at least 1, got 0'],
  [
    { highWaterMarkBytes: 100, lowWaterMarkBytes: 100 },
    'channel.lowWaterMarkBytes must be a whole number from 0 to 99, got 100',
  ],
  [
    { highWaterMarkBytes: 100, hardLimitBytes: 99 },
    'channel.hardLimitBytes must be a whole number of at least 100, got 99',
  ],
  [{ sliceBytes: 1.5 }, 'channel.sliceBytes must be a whole number of at least 1, got 1.5'],
  [{ turnBytes: -1 }, 'channel.turnBytes must be a whole number of at least 1, got -1'],
  [{ pauseReads: 1 as never }, 'channel.pauseReads must be true or false, got 1'],
  [
    { overflow: { policy: 'drop' as never } },
    'channel.overflow.policy must be one of disconnect, drop-oldest, coalesce, pause, got "drop"',
  ],
  [{ overflow: { maxBytes: 0 } }, 'channel.overflow.maxBytes must be a whole number of at least 1, got 0'],
  [{ budget: {} as never }, 'channel.budget must be what createWriteBudget() returns, got an object'],
  [{ slowPeer: { graceMs: 5 } }, 'channel.slowPeer.graceMs must be a whole number of at least 100, got 5'],
  [
    { slowPeer: { minBytesPerSecond: 0 } },
    'channel.slowPeer.minBytesPerSecond must be a whole number of at least 1, got 0',
  ],
  [
    { slowPeer: { kernelBufferBytes: -1 } },
    'channel.slowPeer.kernelBufferBytes must be a whole number of at least 0, got -1',
  ],
];

for (const [options, message] of REFUSED) {
  test(`refused: ${message}`, () => {
    assert.throws(() => resolveChannelOptions(options), { code: 'RESPITE_OPTIONS_INVALID', message });
  });
}

test('an option that does not exist is refused', () => {
  assert.throws(
    () => resolveChannelOptions({ highWaterMark: 1 } as never),
    /channel\.highWaterMark is not an option/,
  );
});

const REFUSED_BUDGETS: readonly (readonly [WriteBudgetOptions, string])[] = [
  [{ limitBytes: 1000 }, 'budget.limitBytes must be a whole number of at least 1048576, got 1000'],
  [
    { limitBytes: 1_048_576, guaranteedBytes: 131_073 },
    'budget.guaranteedBytes must be a whole number from 1 to 131072, got 131073',
  ],
  [
    { limitBytes: 1_048_576, evictFirst: 'fastest' as never },
    'budget.evictFirst must be one of largest, oldest, got "fastest"',
  ],
];

for (const [options, message] of REFUSED_BUDGETS) {
  test(`refused: ${message}`, () => {
    assert.throws(() => createWriteBudget(options), { code: 'RESPITE_OPTIONS_INVALID', message });
  });
}
