// Random sequences of listen, close, unref and address against plain Node.js. RESPITE_TEST_SEQUENCES: how many in each place;
// `npm run test:listening` does 1000 on each version of Node.js that Respite supports.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { test, type TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { request } from '../harness/http.ts';
import { type NodeVersion, nodeBinary } from '../harness/nodes.ts';
import { kill } from '../harness/process.ts';
import { bare, respite, type RunningRespite } from '../harness/respite.ts';
import { chosenSeed } from '../harness/seed.ts';

const IS_THOROUGH = process.env['RESPITE_TEST_SEQUENCES'] !== undefined;
const SEQUENCES = Number(process.env['RESPITE_TEST_SEQUENCES'] ?? 60);
const VERSIONS: readonly NodeVersion[] = [26, 24, 22.18];
/** A worker whose servers are closed for seconds is replaced, and these close them all the time. */
const CALM = { detect: { serverClosed: false } };
/** The least of these counts: a busy machine makes the others longer. */
const TRIES = 5;
const MAX_CLOSE_MS = 50;

for (const version of VERSIONS) {
  test(`in the first worker and its replacement, on Node.js ${version}`, async (t) => {
    const node = await nodeBinary(t, version);
    if (node === undefined) return;
    const args = await chosenArgs(t);
    const alone = await onBare(t, args, node, 'none');
    const replaced = await onBare(t, args, node, 'gone');
    const running = respite(t, 'listens-randomly.mjs', { args, node, config: { supervisor: CALM } });
    await running.saysOnStdout('done');
    assert.deepEqual(sequencesOf(running.stdout), alone, args.join(' '));
    const [worker] = await running.ready();
    const [first] = anyPortsOf(running.stdout);
    assert.ok(first !== undefined);
    await holdsOnly(running, args, first);
    // From now on it finds this file.
    writeFileSync(path.join(running.dir, 'gone'), '');
    kill(worker?.pid ?? 0);
    await running.until('the replacement', () => running.stdout.match(/^done$/gm)?.length === 2);
    assert.deepEqual(sequencesOf(running.stdout), [...alone, ...replaced], args.join(' '));
    const second = anyPortsOf(running.stdout)[1];
    assert.ok(second !== undefined);
    assert.deepEqual(second.early, first.early, args.join(' '));
    // Any server of the next worker gets what the first one shared.
    const taken = second.own.filter((port) => first.held.includes(port));
    await holdsOnly(running, args, { ...second, held: [...second.held, ...taken] });
  });

  // Three processes more: what the versions differ in shows in one worker too.
  if (version !== 26 && !IS_THOROUGH) continue;
  test(`in a second worker beside the first, on Node.js ${version}`, async (t) => {
    const node = await nodeBinary(t, version);
    if (node === undefined) return;
    const args = await chosenArgs(t);
    const expected = await onBare(t, args, node, 'running');
    const running = respite(t, 'listens-randomly.mjs', {
      args,
      node,
      env: { OTHERS: 'running' },
      options: ['--workers', '2'],
      // The second worker starts when the first has done.
      config: { supervisor: { ...CALM, ready: 'message' } },
    });
    await running.until('both workers', () => running.stdout.match(/^done$/gm)?.length === 2);
    assert.deepEqual(sequencesOf(running.stdout), [...expected, ...expected], args.join(' '));
    const [first, second] = anyPortsOf(running.stdout);
    assert.deepEqual(second, first, args.join(' '));
  });
}

if (IS_THOROUGH)
  test(`a port that the script closes refuses within ${MAX_CLOSE_MS} ms`, async (t) => {
    const running = respite(t, 'closes.mjs');
    const port = await running.port();
    await running.ready();
    const tookMs: number[] = [];
    for (let i = 1; i <= TRIES; i += 1) {
      await request(port, { path: '/close' });
      const startedMs = performance.now();
      while (!(await refuses(port)));
      tookMs.push(performance.now() - startedMs);
      writeFileSync(path.join(running.dir, 'again'), String(i));
      await running.port(i);
    }
    const least = Math.min(...tookMs);
    assert.ok(least <= MAX_CLOSE_MS, `it took ${tookMs.map((ms) => ms.toFixed(0)).join(', ')} ms`);
  });

async function refuses(port: number): Promise<boolean> {
  const failure = await request(port).then(
    () => undefined,
    ({ code }: NodeJS.ErrnoException) => code,
  );
  return failure === 'ECONNREFUSED';
}

async function chosenArgs(t: TestContext): Promise<string[]> {
  const seed = chosenSeed();
  t.diagnostic(`RESPITE_TEST_SEED=${seed} repeats it`);
  // Not among those that the kernel gives to clients, which other tests have many of.
  const ports = [await freePortBelow(30_000), await freePortBelow(30_000)];
  return [String(seed), String(SEQUENCES), ...ports.map(String)];
}

async function onBare(t: TestContext, args: string[], node: string, OTHERS: string): Promise<string[]> {
  const running = bare(t, 'listens-randomly.mjs', { args, node, env: { OTHERS } });
  await running.saysOnStdout('done');
  await running.stop();
  return sequencesOf(running.stdout);
}

function sequencesOf(stdout: string): string[] {
  return stdout.split('\n').filter((line) => /^\d/.test(line));
}

/** Ports that the kernel chose for servers that stay open. */
interface AnyPorts {
  /** Of servers that were opened first of all. */
  readonly early: readonly number[];
  /** Of others that listened before the process accepted its first connection. */
  readonly held: readonly number[];
  /** Of later ones, which only the client that asked for them knows. */
  readonly own: readonly number[];
}

/** Of each worker that is done. */
function anyPortsOf(stdout: string): AnyPorts[] {
  return [...stdout.matchAll(/^ports (.*)$/gm)].map(([, json = '']) => JSON.parse(json) as AnyPorts);
}

/** Waits until the supervisor holds the shared ports alone: none that a request has opened, and none of an earlier worker. */
async function holdsOnly(
  running: RunningRespite,
  [, , ...named]: readonly string[],
  { early, held, own }: AnyPorts,
): Promise<void> {
  const wanted = [...named.map(Number), ...early, ...held].toSorted((a, b) => a - b);
  await running.untilStatus(`the sockets ${wanted.join(', ')}, without ${own.join(', ')}`, ({ sockets }) =>
    isDeepStrictEqual(
      sockets.map(({ port }) => port).toSorted((a, b) => a - b),
      wanted,
    ),
  );
}

/** A free port from 20,000 on. */
async function freePortBelow(limit: number): Promise<number> {
  for (;;) {
    const server = createServer().listen(randomInt(20_000, limit));
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    return port;
  }
}
