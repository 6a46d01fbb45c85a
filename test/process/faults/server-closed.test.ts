// A worker that has closed its server and lives on serves nobody: it is replaced. One that opens it again is not replaced.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { echo } from '../../harness/http.ts';
import { endedIncident, steps } from '../../harness/incidents.ts';
import { respite } from '../../harness/respite.ts';

const FIXTURE = 'faults/closes-its-server.mjs';

// They wait for the detector.
describe('a closed server', { concurrency: 3 }, () => {
  test('the only worker closes its server: refused until it is replaced, on the same port', async (t) => {
    const running = respite(t, FIXTURE, { config: { supervisor: { stableMs: 300 } } });
    const port = await running.port();
    const [sick] = await running.ready();
    await echo(port, { path: '/break' });
    const incident = await endedIncident(running);
    assert.deepEqual(
      [incident.cause, incident.worker.pid],
      ['server-closed', sick?.pid],
      running.transcript(),
    );
    assert.match(
      incident.summary,
      /^worker 1 has closed its server on .*:\d+ and not opened it again for \d\.\d s$/,
    );
    assert.match(steps(incident), /\nreplaced$/);
    const [fresh] = await running.ready();
    const { restarts, sockets } = await running.status();
    assert.deepEqual([restarts['server-closed'], sockets.length], [1, 1]);
    assert.equal((await echo(sockets[0]?.port ?? 0)).pid, fresh?.pid);
  });

  test('one of two: its neighbour serves meanwhile', async (t) => {
    const running = respite(t, FIXTURE, {
      options: ['--workers', '2'],
      config: { supervisor: { stableMs: 300 } },
    });
    const port = await running.port();
    await running.ready();
    const { pid } = await echo(port, { path: '/break' });
    const incident = await endedIncident(running);
    assert.deepEqual([incident.cause, incident.worker.pid], ['server-closed', pid], running.transcript());
    assert.ok(incident.facts.includes('the other workers listen there'));
    await echo(port);
    assert.equal((await running.ready()).length, 2);
  });

  test('closed and opened again: no incident', async (t) => {
    const running = respite(t, FIXTURE, {
      config: { supervisor: { detect: { serverClosed: { afterMs: 4000 } } } },
    });
    const port = await running.port();
    const [worker] = await running.ready();
    await echo(port, { path: '/reopen' });
    const { sequence = 0 } = (await running.status()).workers[0]?.report ?? {};
    await running.untilStatus('7 s of reports', ({ workers }) =>
      (workers[0]?.report?.sequence ?? 0) > sequence + 28 ? true : undefined,
    );
    const { incidents, workers } = await running.status();
    assert.deepEqual([incidents, workers[0]?.pid], [[], worker?.pid]);
    assert.equal((await echo(port)).pid, worker?.pid);
  });
});
