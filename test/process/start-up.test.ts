// What a script sees of how it was started is what it sees on bare Node.js.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodeBinary } from '../harness/nodes.ts';
import { temporaryDirectory } from '../harness/process.ts';
import { bare, respite } from '../harness/respite.ts';

for (const version of [26, 24, 22] as const) {
  test(`arguments, environment, globals and listeners on Node ${version}`, async (t) => {
    const node = await nodeBinary(t, version);
    if (node === undefined) return;
    const dir = temporaryDirectory();
    const given = { node, dir, args: ['one', '--two', 'th ree'], env: { PWD_EXPECTED: dir } };
    const onBare = bare(t, 'start-up.mjs', given);
    assert.equal((await onBare.ended()).code, 0);
    const running = respite(t, 'start-up.mjs', given);
    assert.equal((await running.ended()).code, 0, running.transcript());
    assert.deepEqual(JSON.parse(running.stdout), JSON.parse(onBare.stdout));
  });
}

test('a configuration with thousands of routes, which no single environment variable holds', async (t) => {
  const routes = Object.fromEntries(
    Array.from({ length: 5000 }, (_, i) => [`GET /api/v1/résumés/collection-${i}/:id`, 'sheddable']),
  );
  const running = respite(t, 'start-up.mjs', { config: { admission: { routes } } });
  assert.equal((await running.ended()).code, 0, running.transcript());
  const { respite: left } = JSON.parse(running.stdout) as { readonly respite: readonly string[] };
  assert.deepEqual(
    left.filter((name) => name.startsWith('RESPITE_WORKER_SETUP')),
    [],
  );
});

test('the script’s own Node.js options reach it by NODE_OPTIONS', async (t) => {
  const env = { NODE_OPTIONS: '--no-deprecation --stack-trace-limit=7' };
  const onBare = bare(t, 'start-up.mjs', { env });
  await onBare.ended();
  const running = respite(t, 'start-up.mjs', { env });
  await running.ended();
  const [expected, seen] = [onBare, running].map(
    ({ stdout }) => JSON.parse(stdout) as Record<string, unknown>,
  );
  assert.equal(seen?.['nodeOptions'], expected?.['nodeOptions']);
});

test('--heap sets the limit of the worker’s heap', async (t) => {
  const script = 'heap.mjs';
  const running = respite(t, script, { options: ['--heap', '200'] });
  assert.equal((await running.ended()).code, 0, running.transcript());
  // Node.js adds the young generation to what it reports.
  const limitMb = Number(running.stdout);
  assert.ok(limitMb >= 200 && limitMb <= 600, running.stdout);
});
