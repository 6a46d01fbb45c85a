// What must hold for a server, with one worker and with two. The first thing that does not hold ends the check.
import assert from 'node:assert/strict';
import type { RunningRespite } from '../../../harness/respite.ts';
import { until } from '../../../harness/until.ts';
import { comparable, exchange, problemOf, type Response, webSocketExchange } from './exchange.ts';
import type { Server, WorkerCount } from './server.ts';
import { type Started, startBare, startRespite } from './start.ts';
import { CLIENTS, Traffic } from './traffic.ts';

/** Frameworks that compile on their first start take this long on a busy machine. */
const STARTS_WITHIN_MS = 120_000;

/** Answers before, while and after something happens. */
const ANSWERS = 20;

/** What the server answers without Respite, in the order of its exchanges. */
export type Baseline = readonly string[];

export async function baselineOf(server: Server, port: number): Promise<Baseline> {
  const bare = startBare(server, port);
  try {
    const [first] = server.exchanges;
    const answers = async (): Promise<boolean> =>
      exchange(bare.address, first).then(
        (response) => problemOf(first, response) === undefined,
        () => false,
      );
    await bare.process.until('the server without Respite to answer', answers, STARTS_WITHIN_MS, 100);
    const responses = await answersOf(server, bare);
    if (server.webSocket !== undefined) await webSocketExchange(bare.address, server.webSocket);
    return responses;
  } finally {
    await bare.end();
  }
}

export interface Problem {
  readonly message: string;
  /** What the server and Respite have printed. */
  readonly transcript: string;
}

/** @returns What does not hold; undefined when all does. */
export async function problemUnderRespite(
  server: Server,
  port: number,
  workers: WorkerCount,
  baseline: Baseline,
): Promise<Problem | undefined> {
  const started = startRespite(server, port, workers);
  const checks: Readonly<Record<string, () => Promise<void>>> = {
    'gets ready': async () => untilReady(started.process),
    'answers as without Respite': async () => assert.deepEqual(await answersOf(server, started), baseline),
    'is counted': async () => isCounted(server, started),
    'serves WebSockets': async () => servesWebSockets(server, started),
    'restarts without losing a request': async () => restarts(server, started),
    'serves WebSockets after the restart': async () => servesWebSockets(server, started),
    'heals after kill -9': async () => heals(server, started),
    'answers as before': async () => assert.deepEqual(await answersOf(server, started), baseline),
    'ends on SIGTERM': async () => ends(started),
  };
  try {
    for (const [what, check] of Object.entries(checks)) {
      try {
        await check();
      } catch (error) {
        // Errors of the harness have the end of the output below their message.
        const [message] = (error as Error).message.split('\nexit: ');
        return {
          message: `${what}: ${message}`,
          transcript: `${started.process.stdout}\n${started.process.stderr}`,
        };
      }
    }
    return undefined;
  } finally {
    await started.end();
  }
}

async function untilReady(respite: RunningRespite): Promise<void> {
  await respite.until(
    'the management port',
    () => respite.logged(/management/i, /127\.0\.0\.1:[1-9]\d*/).length > 0,
    STARTS_WITHIN_MS,
  );
  await respite.until('all workers', async () => isReady(respite), STARTS_WITHIN_MS, 100);
}

async function isReady(respite: RunningRespite): Promise<boolean> {
  const { workers, workersWanted, restarting, incidents } = await respite.status();
  if (incidents.some(({ cause }) => cause === 'start-failed')) throw new Error('a worker did not start');
  return !restarting && workers.length === workersWanted && workers.every(({ state }) => state === 'ready');
}

async function answersOf(server: Server, { address }: Started): Promise<readonly string[]> {
  const answers: string[] = [];
  for (const each of server.exchanges) {
    const response = await exchange(address, each);
    assert.equal(problemOf(each, response), undefined, `${each.method ?? 'GET'} ${each.path}`);
    answers.push(comparable(response, server.varies));
  }
  return answers;
}

async function isCounted(server: Server, { process: respite }: Started<RunningRespite>): Promise<void> {
  const wanted = server.exchanges.length * (server.countedEach ?? 1);
  let counted = 0;
  await until(
    `${wanted} requests in the metrics`,
    async () => {
      const { body } = await respite.manage('/metrics');
      counted = [...body.matchAll(/^http_server_request_duration_seconds_count(?:\{.*\})? (\d+)$/gm)]
        .map(([, count]) => Number(count))
        .reduce((sum, count) => sum + count, 0);
      return counted >= wanted;
    },
    () => `counted ${counted}`,
  );
  assert.equal(counted, wanted, 'requests in the metrics');
}

async function servesWebSockets({ webSocket }: Server, { address }: Started): Promise<void> {
  if (webSocket !== undefined) await webSocketExchange(address, webSocket);
}

async function restarts(server: Server, started: Started<RunningRespite>): Promise<void> {
  const respite = started.process;
  const before = pidsOf(await respite.status());
  const traffic = new Traffic(started.address, server.exchanges[0], rightAnswer(server));
  try {
    await traffic.more(ANSWERS);
    process.kill(supervisorOf(respite), 'SIGHUP');
    const restart = await respite.until(
      'the rolling restart',
      async () => {
        const { lastRestart } = await respite.status();
        return lastRestart?.endedAtMs !== undefined && lastRestart;
      },
      STARTS_WITHIN_MS,
      100,
    );
    assert.equal(restart.problem, undefined, 'the restart');
    await traffic.more(ANSWERS);
    await respite.until('the old workers to be gone', async () => isReady(respite), STARTS_WITHIN_MS, 100);
    await traffic.more(ANSWERS);
  } finally {
    await traffic.stop();
  }
  assert.deepEqual(traffic.failures, [], 'lost requests');
  const after = pidsOf(await respite.status());
  assert.deepEqual(
    after.filter((pid) => before.includes(pid)),
    [],
    'workers that were not replaced',
  );
}

async function heals(server: Server, started: Started<RunningRespite>): Promise<void> {
  const respite = started.process;
  const [victim = 0] = pidsOf(await respite.status());
  const traffic = new Traffic(started.address, server.exchanges[0], rightAnswer(server));
  try {
    await traffic.more(ANSWERS);
    process.kill(victim, 'SIGKILL');
    await respite.until(
      'another worker',
      async () => !pidsOf(await respite.status()).includes(victim) && (await isReady(respite)),
      STARTS_WITHIN_MS,
      100,
    );
    await traffic.more(ANSWERS);
  } finally {
    await traffic.stop();
  }
  // A server that takes longer than a second to start has the fallback responder's 503 meanwhile.
  const lost = traffic.failures.filter(
    ({ kind, status }) => kind === 'refused' || (kind === 'answer' && status !== 503),
  );
  assert.deepEqual(lost, [], 'requests besides those that the killed worker had');
  const cut = traffic.failures.filter(({ kind }) => kind === 'cut');
  assert.ok(cut.length <= CLIENTS, `${cut.length} requests were cut: ${JSON.stringify(cut)}`);
}

async function ends(started: Started<RunningRespite>): Promise<void> {
  process.kill(supervisorOf(started.process), 'SIGTERM');
  const exit = await started.ended();
  assert.deepEqual(exit, { code: 0, signal: null }, 'exit');
  await until('the last process to end', async () => (await started.processes()).length === 0);
}

/** Its process id is in its log: a package manager may have started it. */
function supervisorOf({ log, pid }: RunningRespite): number {
  return Number(log[0]?.['pid'] ?? pid);
}

function pidsOf({ workers }: Awaited<ReturnType<RunningRespite['status']>>): readonly number[] {
  return workers.map(({ pid }) => pid);
}

function rightAnswer({ exchanges: [first] }: Server): (response: Response) => string | undefined {
  return (response) => problemOf(first, response);
}
