import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuarantine, quarantineText } from './quarantine.ts';

const ENTRY = {
  id: 'q1',
  scope: 'caller',
  name: 'GET /search\u001b[2J',
  deaths: 2,
  sinceMs: 0,
  probeAtMs: 3_600_000,
  isProbing: false,
} as const;

test('a line for each quarantine, with what may be printed', () => {
  const text = quarantineText({ mode: 'on', begun: 1, entries: [ENTRY] });
  assert.match(
    text,
    /^ID +WHOSE +REQUESTS +WORKERS +SINCE +PROBE\nq1 +one caller +GET \/search\u{fffd}\[2J +2 /u,
  );
  assert.match(
    quarantineText({ mode: 'on', begun: 1, entries: [{ ...ENTRY, isProbing: true }] }),
    /the next one/,
  );
});

test('without any, in a dry run, switched off', () => {
  assert.equal(quarantineText({ mode: 'on', begun: 0, entries: [] }), 'no requests are in quarantine');
  assert.match(
    quarantineText({ mode: 'dry-run', begun: 1, entries: [ENTRY] }),
    /\n\(dry run: nothing is shed\)$/,
  );
  assert.match(quarantineText({ mode: 'off', begun: 0, entries: [] }), /is off/);
});

test('another program answers', () => {
  for (const body of ['', 'null', '{}'])
    assert.throws(() => parseQuarantine(body, 'h:1'), {
      message: 'no quarantine from h:1: it is not Respite',
    });
});
