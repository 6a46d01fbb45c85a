// `respite incidents replay`: an incident becomes a drill, and the same cause is found.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { request } from '../harness/http.ts';
import { RunningProcess } from '../harness/process.ts';
import { bin, REFUSES_NOTHING, respite, type RunningRespite } from '../harness/respite.ts';

/** A drill of some ten seconds, on a machine that is busy. */
const REPLAY_MS = 120_000;

const CONFIG = {
  drills: true,
  admission: { ...REFUSES_NOTHING, routes: { 'GET /users/:id': 'critical' } },
  supervisor: { workers: 2, stableMs: 300 },
};

function command({ dir }: RunningRespite, ...args: readonly string[]): RunningProcess {
  return new RunningProcess([bin, ...args], dir, {});
}

test('an incident is replayed with the load before it, and has the same cause', async (t: TestContext) => {
  const running = respite(t, 'node-http.mjs', { config: CONFIG });
  const port = await running.port();
  await running.ready();
  const [worker] = (await running.status()).workers;
  assert.ok(worker !== undefined);
  for (let i = 0; i < 20; i += 1) await request(port, { path: `/users/${i}` });
  // The load of an incident is read once a second, as samples are: some of them later it has these requests.
  const samples = new Set<number>();
  await running.until('samples with the requests', async () => {
    for (const { sample } of (await running.status()).workers)
      if (sample?.duration.series.some(({ route }) => route.endsWith('/users/:id')) === true)
        samples.add(sample.cpuSeconds);
    return samples.size > 6;
  });
  process.kill(worker.pid, 'SIGKILL');
  const incidents = path.join(running.dir, '.respite/incidents');
  await running.until('an incident that has ended', async () =>
    (await running.status()).incidents.some(({ endedAtMs }) => endedAtMs !== undefined),
  );
  await running.until(
    'its load',
    () =>
      existsSync(incidents) &&
      readdirSync(incidents).some((id) => existsSync(path.join(incidents, id, 'load.json'))),
  );
  const unfilled = command(running, 'incidents', 'replay', 'last');
  assert.equal((await unfilled.ended()).code, 2);
  assert.match(unfilled.stderr, /nothing fills these parameters: id of GET/);
  const args = ['--param', 'id=1..9', '--output', 'kill.drill.json'];
  const replay = command(running, 'incidents', 'replay', 'last', ...args);
  assert.equal((await replay.ended(REPLAY_MS)).code, 0, replay.transcript());
  assert.match(replay.stdout, /same cause: unknown\n$/);
  const bad = path.join(running.dir, 'bad.drill.json');
  const whole = readFileSync(path.join(running.dir, 'kill.drill.json'), 'utf8');
  writeFileSync(bad, whole.replace('"kill"', '"kil"'));
  const refused = command(running, 'drill', '--file', 'bad.drill.json');
  assert.equal((await refused.ended()).code, 2);
  assert.match(refused.stderr, /--file: bad\.drill\.json: drill must be the name of a drill/);
  assert.equal((await running.stop()).code, 0);
});
