import assert from 'node:assert/strict';
import { test } from 'node:test';
import { healthText, isUp } from './health.ts';

const BODY = JSON.stringify({
  status: 'DOWN',
  components: {
    instance: { status: 'UP', details: { state: 'running' } },
    database: { status: 'DOWN', details: { error: 'refused\u001b[2J', tries: 3 } },
    workers: { status: 'UP', components: { 0: { status: 'UNKNOWN' } } },
  },
});

test('a line for each component, with details of those that are not up', () => {
  assert.equal(
    healthText(BODY, 'h:1'),
    'DOWN\n  instance: UP\n  database: DOWN (error refused\u{fffd}[2J, tries 3)\n  workers: UP\n    0: UNKNOWN',
  );
  assert.equal(isUp(BODY, 'h:1'), false);
  assert.equal(isUp('{"status":"UP"}', 'h:1'), true);
});

test('another program answers', () => {
  for (const body of ['', 'null', '<html>', '{}'])
    assert.throws(() => isUp(body, 'h:1'), { message: 'no health from h:1: it is not Respite' });
});
