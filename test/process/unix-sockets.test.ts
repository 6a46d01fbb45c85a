// Unix sockets outlive the workers as ports do. RESPITE_TEST_SOCKET_ROUNDS: how many restarts and how many kills; `npm run test:sockets` does 20.
import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { kill, temporaryDirectory } from '../harness/process.ts';
import { bare, REFUSES_NOTHING, respite, type RunningRespite } from '../harness/respite.ts';

const ROUNDS = Number(process.env['RESPITE_TEST_SOCKET_ROUNDS'] ?? 1);
const CONFIG = { admission: REFUSES_NOTHING, supervisor: { trialMs: 0 } };
const CLIENTS = 6;
/** Requests before the first round and after each. */
const REQUESTS = 60;

/** What a client gets that finds no socket, or none that listens. A Unix socket whose backlog is full says EAGAIN. */
const REFUSALS = new Set(['ECONNREFUSED', 'ENOENT', 'EAGAIN']);

async function ask(socketPath: string, agent: http.Agent | false = false): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  http
    .get({ socketPath, agent, signal: AbortSignal.timeout(30_000) }, (res) => {
      let body = '';
      res.setEncoding('utf8').on('data', (part: string) => (body += part));
      res.on('end', () => resolve(Number(body))).on('error', reject);
    })
    .on('error', reject);
  return promise;
}

/** Half of them with a connection for each request. */
class Clients {
  answered = 0;
  readonly refused: string[] = [];
  readonly lost: string[] = [];
  readonly pids = new Set<number>();
  readonly #stopping = new AbortController();
  readonly #running: readonly Promise<void>[];

  constructor(paths: readonly string[]) {
    this.#running = Array.from({ length: CLIENTS }, async (_, i) => {
      const agent = i % 2 === 0 ? false : new http.Agent({ keepAlive: true, maxSockets: 1 });
      while (!this.#stopping.signal.aborted) {
        await this.#ask(paths[i % paths.length] ?? '', agent);
        await delay(3);
      }
      if (agent !== false) agent.destroy();
    });
  }

  async more(running: RunningRespite): Promise<void> {
    const goal = this.answered + REQUESTS;
    await running.until('answers', () => this.answered >= goal);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#running);
  }

  async #ask(socketPath: string, agent: http.Agent | false): Promise<void> {
    try {
      this.pids.add(await ask(socketPath, agent));
      this.answered += 1;
    } catch (error) {
      const code = String((error as NodeJS.ErrnoException).code);
      (REFUSALS.has(code) ? this.refused : this.lost).push(`${code} ${socketPath}`);
    }
  }
}

async function replaced(running: RunningRespite, ask_: () => void): Promise<void> {
  const before = await running.ready();
  ask_();
  await running.untilStatus(
    'other workers',
    ({ workers, restarting }) =>
      !restarting &&
      workers.length === before.length &&
      workers.every(({ pid, state }) => state === 'ready' && before.every((old) => old.pid !== pid)),
  );
}

const modeOf = (file: string): number => statSync(file).mode & 0o777;

test(`a socket with a file and one without: ${ROUNDS} rolling restarts and ${ROUNDS} kills of all workers refuse no client`, async (t) => {
  const dir = temporaryDirectory();
  const file = path.join(dir, 'app.sock');
  const abstract = `@respite-test-${process.pid}`;
  const args = [`${file},${abstract}`, 'unlink', 'shared', 'close'];
  const running = respite(t, 'unix.mjs', { dir, args, config: CONFIG, options: ['--workers', '2'] });
  await running.saysOnStdout(`listening on ${file}`);
  await running.ready();
  assert.deepEqual((await running.status()).sockets, [
    { address: file, port: 0, family: 'unix' },
    { address: abstract, port: 0, family: 'unix' },
  ]);
  assert.equal(modeOf(file) & 0o666, 0o666);
  const clients = new Clients([file, abstract.replace('@', '\0')]);
  try {
    await clients.more(running);
    for (let round = 0; round < ROUNDS; round += 1) {
      await replaced(running, () => running.signal('SIGHUP'));
      await clients.more(running);
    }
    assert.deepEqual([clients.refused, clients.lost], [[], []], running.transcript());
    for (let round = 0; round < ROUNDS; round += 1) {
      const workers = await running.ready();
      await replaced(running, () => {
        for (const { pid } of workers) kill(pid);
      });
      await clients.more(running);
    }
  } finally {
    await clients.stop();
  }
  assert.deepEqual(clients.refused, [], running.transcript());
  assert.ok(clients.lost.length <= ROUNDS * CLIENTS, 'more than the killed workers had');
  assert.ok(clients.pids.size > 2 * ROUNDS, 'new workers answer in each round');
  assert.equal(modeOf(file) & 0o666, 0o666);

  // Removed by another program: a new worker makes a new file, and its neighbour, which is not replaced, is found through it too.
  rmSync(file);
  const [first, second] = await running.ready();
  kill(first?.pid ?? 0);
  const found = new Set<number>();
  await running.until('the killed worker, replaced, and the other one', async () => {
    const pid = await ask(file).catch(() => 0);
    if (pid !== 0) found.add(pid);
    return found.has(second?.pid ?? 0) && found.size === 2;
  });
  assert.equal((await running.stop()).code, 0);
  assert.ok(!existsSync(file));
});

test('a file that a killed instance has left is taken over with its mode, one with a listener is not', async (t) => {
  const dir = temporaryDirectory();
  const file = path.join(dir, 'app.sock');
  const killed = respite(t, 'unix.mjs', { dir, args: [file, 'shared'] });
  await killed.saysOnStdout('listening');
  const [worker] = await killed.ready();
  for (const pid of [killed.pid, worker?.pid ?? 0]) kill(pid);
  await killed.ended();
  assert.equal(modeOf(file) & 0o666, 0o666);

  const next = respite(t, 'unix.mjs', { dir: temporaryDirectory(), args: [file] });
  await next.saysOnStdout('listening');
  const [successor] = await next.ready();
  assert.equal(await ask(file), successor?.pid);
  assert.equal(modeOf(file) & 0o666, 0o666);
  assert.equal(next.logged('no program listens on it any more').length, 1);

  const said = bare(t, 'unix.mjs', { args: [file] });
  const refused = respite(t, 'unix.mjs', { args: [file] });
  await said.ended();
  assert.equal((await refused.ended()).code, 1);
  assert.match(said.stdout, /EADDRINUSE/);
  assert.equal(refused.stdout, said.stdout);
  assert.equal(await ask(file), successor?.pid);
  assert.equal((await next.stop()).code, 0);
  assert.ok(!existsSync(file));
});
