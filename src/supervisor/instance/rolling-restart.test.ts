import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deaths } from './healing/deaths.ts';
import { Recovery } from '../incidents/recovery.ts';
import { IncidentLedger } from '../incidents/ledger.ts';
import type { PoolConfig } from './pool-config.ts';
import { Releases } from '../workers/release/index.ts';
import { release } from '../workers/release/support.test.ts';
import { RollingRestart } from './rolling-restart.ts';
import { UnexpectedErrors } from './unexpected.ts';

const nowMs = (): number => 1000;
const log = { info: () => {}, warn: () => {}, error: () => {} } as unknown as PoolConfig['log'];

test('a new worker that could not even be started is an incident, too', async () => {
  const ledger = new IncidentLedger(nowMs);
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  ledger.subscribe(({ endedAtMs }) => {
    if (endedAtMs !== undefined) resolve();
  });
  const restart = new RollingRestart({
    deaths: new Deaths({
      log,
      ledger,
      recovery: new Recovery({ ledger, nowMs }),
      isStopping: () => false,
      onDeath: () => {},
    }),
    evidence: {} as PoolConfig['evidence'],
    log,
    unexpected: new UnexpectedErrors({ log, incidents: ledger, nowMs }),
    slots: [],
    releases: new Releases(release('1')),
    nowMs,
    serving: () => [],
  });
  restart.failed(2, undefined, undefined, 'the new worker could not be started: spawn EAGAIN');
  await ended;
  const [incident] = ledger.recent;
  assert.deepEqual(
    [incident?.cause, incident?.outcome, incident?.summary, incident?.worker],
    [
      'deploy-failed',
      'unresolved',
      'the new version was taken back: the new worker could not be started: spawn EAGAIN',
      { id: 0, slot: 2, pid: 0 },
    ],
  );
});
