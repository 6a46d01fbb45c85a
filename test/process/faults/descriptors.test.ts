// A worker that leaks file descriptors is replaced while it has some left.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { echo } from '../../harness/http.ts';
import { lacks } from '../../harness/programs.ts';
import { respite } from '../../harness/respite.ts';
import { Database } from './database.ts';
import { endedIncident } from '../../harness/incidents.ts';

const LIMIT = 300;

/** Leaked before the pace becomes slow. With the 63 that a worker has, it is 78 % of the limit; the detector acts at 90 %. */
const AT_ONCE = 170;

// They wait for the detector, which looks once a second.
describe('file descriptors', { concurrency: 2 }, () => {
  for (const kind of ['files', 'connections']) {
    test(
      kind === 'files'
        ? 'leaked files: replaced before there is none left; the worker serves on while no other one can be started'
        : 'leaked connections: replaced before there is none left, and the incident says what they are',
      { skip: lacks('prlimit') },
      async (t) => {
        const database = new Database(t, true);
        const databasePort = await database.port();
        const running = respite(t, 'faults/leaks-descriptors.mjs', {
          env: { PORT_OF_DATABASE: String(databasePort) },
          config: { supervisor: { stableMs: 300 } },
        });
        const port = await running.port();
        const [sick] = await running.ready();
        const { status, stderr } = spawnSync('prlimit', ['--pid', String(sick?.pid), `--nofile=${LIMIT}`]);
        assert.equal(status, 0, String(stderr));
        const broken = path.join(running.dir, 'broken');
        if (kind === 'files') writeFileSync(broken, '');
        for (let i = 0; i < AT_ONCE; i += 1) await echo(port, { path: `/leak?kind=${kind}` });
        // Slowly enough from here: it is looked at once a second.
        while (running.logged('replacing it').length === 0) {
          await echo(port, { path: `/leak?kind=${kind}` });
          await delay(100);
        }
        if (kind === 'files') {
          // The sick worker serves on as long as no other one can be started.
          const problem = 'its replacement failed: ';
          await running.untilStatus('a replacement that fails', ({ incidents: [open] }) =>
            open?.steps.some(({ what }) => what.startsWith(problem)),
          );
          assert.equal((await echo(port)).pid, sick?.pid);
          rmSync(broken);
        }
        const incident = await endedIncident(running);
        assert.equal(incident.cause, 'descriptors-exhausted');
        const what =
          kind === 'files' ? `files in ${running.dir}` : `connections to 127.0.0.1:${databasePort}`;
        assert.match(
          incident.summary,
          /^\d{3} of the 300 file descriptors of worker 1 are in use \(9\d %\), most of them .* \(\d{3}\)$/,
        );
        assert.ok(incident.summary.includes(what), incident.summary);
        assert.notEqual((await echo(port)).pid, sick?.pid);
        assert.equal((await running.status()).restarts['descriptors-exhausted'], 1);
      },
    );
  }
});
