// A load shape of a running instance, from its recording to its replay.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseShape } from '../../src/load/index.ts';
import { request } from '../harness/http.ts';
import { RunningProcess } from '../harness/process.ts';
import { bin, REFUSES_NOTHING, respite, type RunningRespite } from '../harness/respite.ts';

const CONFIG = {
  admission: { ...REFUSES_NOTHING, routes: { 'GET /users/:id': 'critical', 'POST /mail/:user': 'critical' } },
  supervisor: { workers: 2, stableMs: 300 },
};

/** The first of ten, which no measured number looks like. */
const USER = 47_110_810;

function command({ dir }: RunningRespite, ...args: readonly string[]): RunningProcess {
  return new RunningProcess([bin, ...args], dir, {});
}

test('a load shape is recorded, and played again', async (t: TestContext) => {
  const running = respite(t, 'node-http.mjs', { config: CONFIG });
  const port = await running.port();
  await running.ready();
  await running.until('both workers', async () => (await running.status()).workers.length === 2);
  const file = path.join(running.dir, 'a.shape');
  const send = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      await request(port, { path: `/users/${USER + i}?token=geheim`, headers: { cookie: 'sid=geheim' } });
      await request(port, { method: 'POST', path: '/mail/ann', body: 'x'.repeat(100) });
      await request(port, { path: '/ann/unnamed' });
    }
  };

  await t.test('arrivals, routes and sizes are kept, and nothing else', async () => {
    const recording = command(running, 'shape', 'record', '--for', '1h', '--output', 'a.shape');
    await running.logs('recording the load shape');
    await send(10);
    const second = command(running, 'shape', 'record');
    assert.equal((await second.ended()).code, 1);
    assert.match(second.stderr, /recorded already/);
    // It stops cleanly, and writes what it has.
    recording.child.kill('SIGINT');
    assert.deepEqual(await recording.ended(), { code: 130, signal: null }, recording.transcript());
    assert.match(recording.stdout, /a\.shape \(\d.*: 30 requests in /);
    const text = readFileSync(file, 'utf8');
    assert.doesNotMatch(text, /geheim|471108\d\d|ann|unnamed|token|cookie/);
    const { routes, kinds, bodyBytes, responseBytes, dropped } = parseShape(text, file);
    const found = Array.from(kinds, (kind, i) => [
      `${routes[kind]?.method} ${routes[kind]?.route}`,
      bodyBytes[i],
    ]);
    assert.deepEqual(found.slice(0, 3), [
      ['GET /users/:id', 0],
      ['POST /mail/:user', 100],
      ['GET *', 0],
    ]);
    assert.equal(found.length, 30);
    assert.equal(dropped, 0);
    assert.ok(responseBytes.every((bytes) => bytes > 0));
    assert.equal((await running.manage('/shape/stop', 'POST')).status, 409);
  });

  const url = `http://127.0.0.1:${port}/`;
  const load = (...args: readonly string[]): RunningProcess =>
    command(running, 'load', url, '--like', 'a.shape', '--max-lag', '10s', ...args);

  await t.test('the same requests come again, with other values', async () => {
    const played = load('--speed', '2', '--param', 'id=1..9', 'user=bob,cat', '--json');
    assert.equal((await played.ended()).code, 0, played.transcript());
    const { offered, good, kinds } = JSON.parse(played.stdout) as {
      readonly offered: number;
      readonly good: number;
      readonly kinds: Readonly<Record<string, { readonly offered: number }>>;
    };
    assert.deepEqual([offered, good], [30, 30]);
    assert.deepEqual(
      new Map(Object.entries(kinds).map(([kind, counts]) => [kind, counts.offered])),
      new Map([
        ['GET /users/:id', 10],
        ['POST /mail/:user', 10],
        ['GET *', 10],
      ]),
    );
  });

  await t.test('what is wrong is an error of usage', async () => {
    const unfilled = load();
    assert.equal((await unfilled.ended()).code, 2);
    assert.match(unfilled.stderr, /nothing fills these parameters: .*id of GET \/users\/:id; user of POST/);
    writeFileSync(file, readFileSync(file, 'utf8').replace('[', '{'));
    const damaged = load('--param', 'id=1', 'user=a');
    assert.equal((await damaged.ended()).code, 2);
    assert.match(damaged.stderr, /^respite: --like: a\.shape:1: /);
  });

  await t.test('when the instance ends, what came until then is written', async () => {
    const recording = command(running, 'shape', 'record', '--output', 'b.shape');
    await running.until('the recording', () => running.logged('recording the load shape').length === 2);
    await send(2);
    await recording.until('the requests', () => recording.stderr.includes('6 requests of 3 routes'));
    assert.equal((await running.stop()).code, 0);
    assert.equal((await recording.ended()).code, 1, recording.transcript());
    assert.match(recording.stderr, /the instance ended during the recording/);
    const written = path.join(running.dir, 'b.shape');
    assert.equal(parseShape(readFileSync(written, 'utf8'), written).atMs.length, 6);
  });
});
