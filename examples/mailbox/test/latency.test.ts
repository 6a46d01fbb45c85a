// Keeps the list of a mailbox from becoming slow: the server runs here, the load comes from a thread of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load, unmet } from 'respite/load';
import { post, startApi, textMail } from './support.ts';

test('a mailbox of 50 mails is listed in time, at 50 requests per second', async (t) => {
  const { origin } = await startApi(t);
  for (let i = 0; i < 50; i += 1)
    await post(origin, 'ada', `key-${i}`, textMail(`${i}@x`, `Mail ${i}`, 'The lanterns are in the shed.'));
  const result = await load({
    url: `${origin}/mailboxes/ada/messages`,
    rate: 50,
    durationMs: 2000,
    seed: 1,
    // Other tests run beside this one, so the bounds are wide: without them, `p99<=50ms` and the default lag would do.
    deadlineMs: 5000,
    timeoutMs: 30_000,
    maxLagMs: 5000,
  });
  assert.deepEqual(unmet(result, ['p50<=2s', 'goodput>=0.95', 'failed<=0']), []);
});
