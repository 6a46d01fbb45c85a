import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pool } from 'undici';
import { balance } from '../storm/accounts.ts';
import { takeCensus } from '../storm/census.ts';
import { mailboxNames } from '../storm/mail-plan.ts';
import { runStorm, type StormPlan } from '../storm/run.ts';
import { seedMailboxes } from '../storm/seed-mailboxes.ts';
import { startApi, startGateway } from './support.ts';

const users = mailboxNames(3);
const plan: StormPlan = {
  seed: 1,
  users,
  mails: Array.from({ length: 12 }, (_, i) => ({
    messageId: `<storm.${i}@x>`,
    user: users[i % users.length] ?? '',
    sizeBytes: 20_000 * (i + 1),
    atMs: i * 100,
  })),
  backoff: { firstMs: 100, longestMs: 400 },
  maxConnections: 4,
  userCallsPerSecond: 40,
  userTimeoutMs: 2000,
  untilMs: 2500,
  graceMs: 3000,
};

test('a small storm: every mail is accepted and there once, and users are served', async (t) => {
  const { origin } = await startApi(t);
  const smtpPort = await startGateway(t, origin);
  const api = new Pool(origin, { connections: 2 });
  t.after(() => api.destroy());
  await seedMailboxes(api, users, 1, t.signal);
  const { calls, records, senders } = await runStorm(plan, { apiOrigin: origin, smtpPort }, {}, t.signal);

  const accounts = balance(records, await takeCensus(api, users, 5000));
  assert.deepEqual(
    [accounts.sent, accounts.accepted, accounts.delivered, accounts.lost, accounts.duplicated],
    [12, 12, 12, 0, 0],
  );
  assert.equal(senders.at(-1)?.accepted, 12);
  assert.equal(calls.length, 100);
  assert.deepEqual(
    calls.filter(({ outcome }) => outcome !== 'ok'),
    [],
  );
  assert.ok(calls.some(({ action }) => action === 'read'));
});

test('a storm that is called off ends its processes and rejects', async () => {
  const abort = new AbortController();
  const storm = runStorm(plan, { apiOrigin: 'http://127.0.0.1:1', smtpPort: 1 }, {}, abort.signal);
  setTimeout(() => abort.abort(), 300);
  await assert.rejects(storm, /SIGKILL/);
  await assert.rejects(runStorm(plan, { apiOrigin: '', smtpPort: 1 }, {}, abort.signal), {
    name: 'AbortError',
  });
});
