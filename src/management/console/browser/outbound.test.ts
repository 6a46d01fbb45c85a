import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ShownOrigin } from '../protocol.ts';
import { figuresOf, stateOf } from './outbound.ts';

const ORIGIN: ShownOrigin = { origin: 'http://mailbox.internal', inFlight: 0, waiting: 0, isDryRun: false };

test('what is not known is a dash', () => {
  assert.deepEqual(figuresOf(ORIGIN), ['–', '–', '–', '0', '–', '–']);
  assert.equal(stateOf(ORIGIN), '–');
});

test('figures in the order of the columns', () => {
  const row = {
    ...ORIGIN,
    perSecond: 1234.4,
    failedShare: 0.25,
    meanMs: 20,
    inFlight: 12,
    waiting: 3,
    retriesPerSecond: 0.5,
    heldBackPerSecond: 0,
  };
  assert.deepEqual(figuresOf(row), ['1,234', '25 %', '20 ms', '12, 3 over 1 s', '0.5', '0']);
});

test('the state says where it is not that of all, and whether a dry run is on', () => {
  const state = (name: string, count: number): ShownOrigin => ({ ...ORIGIN, state: { name, count, of: 4 } });
  assert.equal(stateOf(state('closed', 4)), 'closed');
  assert.equal(stateOf(state('open', 1)), 'open in 1 of 4');
  assert.equal(stateOf({ ...state('holding-back', 4), isDryRun: true }), 'holding back, dry run');
});
