import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lifetimeSeconds } from './lifetime.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;

test('up to 30 days it is a number of seconds, never 0, which would be forever', () => {
  assert.equal(lifetimeSeconds(0.2, NOW), 1);
  assert.equal(lifetimeSeconds(1001, NOW), 2);
  assert.equal(lifetimeSeconds(30 * DAY_MS, NOW), 30 * 86_400);
});

test('longer than that it is a date, up to the last that fits', () => {
  assert.equal(lifetimeSeconds(31 * DAY_MS, NOW), NOW / 1000 + 31 * 86_400);
  assert.equal(lifetimeSeconds(1e15, NOW), 2_147_483_647);
});

test('when dates no longer fit it is 30 days', () => {
  assert.equal(lifetimeSeconds(1e15, Date.UTC(2040, 0, 1)), 30 * 86_400);
});
