// `--env-file` and the workers' part of the configuration, at the death of a worker and at rolling restarts.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../harness/process.ts';
import { REFUSES_NOTHING, respite } from '../harness/respite.ts';

const SERVER = `
import { createServer } from 'node:http';
const { GREETING, FAILS, RESPITE_WORKER } = process.env;
if (FAILS === RESPITE_WORKER) throw new Error('this slot fails');
const server = createServer((request, response) => {
  response.setHeader('Connection', 'close').end(JSON.stringify([RESPITE_WORKER, GREETING, FAILS ?? null]));
});
server.listen(0, () => console.log('listening ' + server.address().port));
`;

test('workers keep their settings until a rolling restart, which reads them again or is refused', async (t) => {
  const dir = temporaryDirectory();
  const write = (name: string, text: string): void => writeFileSync(path.join(dir, name), text);
  write('server.mjs', SERVER);
  write('.env', 'GREETING=one');
  const supervisor = { workers: 2, trialMs: 0 };
  const running = respite(t, path.join(dir, 'server.mjs'), {
    dir,
    options: ['--env-file', '.env'],
    config: { admission: REFUSES_NOTHING, supervisor },
  });
  const port = await running.port();
  await running.ready();

  /** What both workers answer. */
  const answers = async (): Promise<readonly string[]> => {
    const found = new Set<string>();
    await running.until('answers of both workers', async () => {
      found.add(await (await fetch(`http://127.0.0.1:${port}/`)).text());
      return found.size === 2;
    });
    return [...found].toSorted();
  };
  const restarted = async (): Promise<string | undefined> => {
    const before = (await running.status()).lastRestart?.id ?? 0;
    running.signal('SIGHUP');
    return running.untilStatus(
      'the end of a restart',
      ({ lastRestart: last }) =>
        last !== undefined && last.id > before && last.endedAtMs !== undefined && (last.problem ?? 'done'),
    );
  };
  const ONE = ['["1","one",null]', '["2","one",null]'];
  const TWO = ['["1","two",null]', '["2","two",null]'];
  assert.deepEqual(await answers(), ONE);

  // A death deploys nothing.
  write('.env', 'GREETING=two');
  const [first] = await running.ready();
  assert.ok(first !== undefined);
  process.kill(first.pid, 'SIGKILL');
  await running.untilStatus('a replacement', ({ workers }) => {
    return workers.length === 2 && workers.every(({ pid, state }) => state === 'ready' && pid !== first.pid);
  });
  assert.deepEqual(await answers(), ONE);

  assert.equal(await restarted(), 'done');
  assert.deepEqual(await answers(), TWO);

  // The second slot can't have it, so the first one gets back what it had.
  write('.env', 'GREETING=three\nFAILS=2');
  assert.match((await restarted()) ?? '', /^the new worker ended with exit code 1/);
  await running.ready();
  assert.deepEqual(await answers(), TWO);

  write('.env', 'GREETING=four');
  write('respite.config.json', JSON.stringify({ admission: { limit: 0 }, supervisor }));
  assert.match((await restarted()) ?? '', /^respite\.config\.json: admission\.limit must be /);
  assert.deepEqual(await answers(), TWO);

  write(
    'respite.config.json',
    JSON.stringify({ admission: { limit: 9 }, supervisor: { ...supervisor, workers: 3 } }),
  );
  assert.equal(await restarted(), 'done');
  await running.untilStatus(
    'the new limit',
    ({ workers, workersWanted }) =>
      workersWanted === 2 && workers.every(({ sample }) => sample?.admission.limit === 9),
  );
  assert.deepEqual(await answers(), ['["1","four",null]', '["2","four",null]']);
  assert.match((await running.logs('changed, but not applied')).msg, /: supervisor\.workers\. /);
});
