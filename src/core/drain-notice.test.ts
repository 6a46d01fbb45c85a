import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { announceDrain, onDrain } from './drain-notice.ts';

test('each callback is called once, is waited for, may fail, and may come late', async () => {
  const notice = { signal: 'SIGTERM', timeoutMs: 1000, spreadMs: 500 };
  const seen: unknown[] = [];
  subscribe('respite:worker:drain', (message) => seen.push(['channel', message]));
  onDrain(async (given) => {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(['waited', given]);
  });
  onDrain(() => {
    throw new Error('of the user');
  });
  onDrain(() => seen.push('gone'))();
  const warnings: Error[] = [];
  process.once('warning', (warning) => warnings.push(warning));
  await announceDrain(notice);
  assert.deepEqual(seen, [
    ['channel', notice],
    ['waited', notice],
  ]);
  onDrain((given) => seen.push(['late', given]));
  assert.deepEqual(seen.at(-1), ['late', notice]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.match(String(warnings[0]?.message), /onDrain failed: Error: of the user/);
});
