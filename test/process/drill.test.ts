// `respite drill` against a server that knows nothing of it.
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import type { DrillReport } from '../../src/load/drill/index.ts';
import type { DrillFacts } from '../../src/supervisor/index.ts';
import { request } from '../harness/http.ts';
import { RunningProcess } from '../harness/process.ts';
import { bin, REFUSES_NOTHING, respite, type RunningRespite } from '../harness/respite.ts';

/** Quick, and for a machine that is busy. */
const CONFIG = {
  drills: true,
  admission: REFUSES_NOTHING,
  supervisor: {
    workers: 2,
    stableMs: 300,
    detect: { blockedLoop: { unreadyMs: 500, evidenceMs: 1000, killMs: 3000 } },
  },
};

/** Three drills of some ten seconds, on a machine that is busy. */
const DRILLS_MS = 180_000;

function drill({ dir }: RunningRespite, ...args: readonly string[]): RunningProcess {
  return new RunningProcess([bin, 'drill', ...args], dir, {});
}

async function facts(running: RunningRespite): Promise<DrillFacts> {
  return JSON.parse((await running.manage('/drill')).body) as DrillFacts;
}

test('faults are injected, healed, reverted and judged', async (t: TestContext) => {
  const running = respite(t, 'node-http.mjs', { config: CONFIG });
  const port = await running.port();
  await running.ready();

  await t.test('a fault ends with the process that asked for it', async () => {
    const { host } = new URL(await running.management());
    const asked = httpRequest(`http://${host}/drill/fault`, { method: 'POST', headers: { respite: '1' } });
    asked.on('error', () => {});
    asked.end('{"fault":"exhausted-pool","everywhere":true}');
    await once(asked, 'response');
    assert.equal((await facts(running)).active, 'exhausted-pool');
    const held = request(port, { path: '/' });
    asked.destroy();
    assert.equal((await held).status, 200);
    await running.until('the fault to be gone', async () => (await facts(running)).active === undefined);
  });

  await t.test('two drills', async () => {
    const files = ['--junit', 'drills.xml', '--html', 'drills.html'];
    const drills = drill(running, 'crash', 'blocked-loop', '--rate', '10', '--json', ...files);
    const { code } = await drills.ended(DRILLS_MS);
    const report = JSON.parse(drills.stdout) as DrillReport;
    assert.deepEqual(
      report.results.map(({ name, causes, stopped }) => [name, causes, stopped]),
      [
        ['blocked-loop', ['event-loop-blocked'], undefined],
        ['crash', ['crash'], undefined],
      ],
      drills.transcript(),
    );
    const failed = report.results.flatMap(({ checks }) => checks.filter(({ held }) => !held));
    assert.deepEqual(failed, [], drills.transcript());
    assert.equal(code, 0);
    assert.match(
      readFileSync(path.join(running.dir, 'drills.xml'), 'utf8'),
      /tests="2" failures="0" skipped="0"/,
    );
    assert.match(readFileSync(path.join(running.dir, 'drills.html'), 'utf8'), /woken: no one/);
    assert.equal((await facts(running)).active, undefined);
  });

  await t.test('Ctrl-C reverts the fault', async () => {
    const drills = drill(running, 'exhausted-pool', '--rate', '10');
    await running.until('the fault', async () => (await facts(running)).active === 'exhausted-pool');
    const { code } = await drills.stop('SIGINT');
    assert.equal(code, 1, drills.transcript());
    assert.equal((await facts(running)).active, undefined);
    assert.equal((await request(port, { path: '/' })).status, 200);
  });
});
