// A service manager or a platform signals every process of a service at once, under load, 100 times: no request is lost.
// `npm run test:signals`; not part of `npm test`.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { REFUSES_NOTHING, respite, type RunningRespite } from '../harness/respite.ts';
import { below, chosenSeed } from '../harness/seed.ts';
import { until } from '../harness/until.ts';
import { seededRandom } from '../simulator/random.ts';
import { PostingUser } from './posting-users.ts';

const ROUNDS = Number(process.env['RESPITE_TEST_SIGNAL_ROUNDS'] ?? 100);
/** Rounds at the same time. They mostly wait. */
const PARALLEL = Number(process.env['RESPITE_TEST_PARALLEL'] ?? 5);
/** A request that is under way when the signals come, in ms. */
const LONG_MS = 3000;
const LONG_USERS = 6;
const BUSY_USERS = 4;
/** The signals come within this time after the load has begun, in ms. */
const WITHIN_MS = 2000;

/** What an operator or a service manager does to all processes of a service. */
type Doing =
  | 'SIGTERM'
  | 'SIGTERM twice'
  | 'SIGINT'
  | 'rolling restart, then SIGTERM'
  | 'SIGTERM in a rolling restart';
const DOINGS: readonly Doing[] = [
  'SIGTERM',
  'SIGTERM twice',
  'SIGINT',
  'rolling restart, then SIGTERM',
  'SIGTERM in a rolling restart',
];

test(`${ROUNDS} stops and restarts with signals to all processes`, async (t) => {
  const seed = chosenSeed();
  t.diagnostic(`RESPITE_TEST_SEED=${seed} repeats what is random in this test`);
  const failures: string[] = [];
  let answered = 0;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < ROUNDS) {
      const i = next++;
      const doing = DOINGS[i % DOINGS.length] ?? 'SIGTERM';
      const found = await round(t, doing, seededRandom(seed + i));
      answered += found.answered;
      failures.push(...found.problems.map((problem) => `round ${i}, ${doing}: ${problem}`));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  t.diagnostic(`${answered} requests answered, ${failures.length} problems`);
  assert.deepEqual(failures, []);
});

async function round(
  t: TestContext,
  doing: Doing,
  random: () => number,
): Promise<{ readonly answered: number; readonly problems: readonly string[] }> {
  const config = { admission: REFUSES_NOTHING, supervisor: { trialMs: 0 } };
  const running = respite(t, 'posts.mjs', { options: ['--workers', '2'], config });
  const port = await running.port();
  await running.ready();
  const user = (tookMs: number, uploadMs: number, pauseMs: number): PostingUser =>
    new PostingUser({ port, random, tookMs, uploadMs, pauseMs });
  const users = [
    ...Array.from({ length: LONG_USERS }, () => user(LONG_MS, 0, 50)),
    ...Array.from({ length: BUSY_USERS }, (_, i) => user(5, i * 50, 30)),
  ];
  await until('the first answers', () => users.slice(LONG_USERS).every((each) => each.answered > 0));
  await delay(below(random, WITHIN_MS));
  await act(running, doing, random);
  const { code, signal } = await running.ended();
  await Promise.all(users.map((each) => each.done));

  const problems = users.flatMap(({ lost }) =>
    lost.map(
      ({ why, wasKept, afterMs }) =>
        `lost on a ${wasKept ? 'kept' : 'new'} connection after ${afterMs} ms: ${why}`,
    ),
  );
  if (code !== 0) problems.push(`exit code ${code}, signal ${signal}`);
  const left = await running.offspring();
  if (left.length > 0) problems.push(`${left.length} processes are left`);
  if (problems.length > 0) t.diagnostic(running.transcript());
  return { answered: users.reduce((sum, each) => sum + each.answered, 0), problems };
}

async function act(running: RunningRespite, doing: Doing, random: () => number): Promise<void> {
  const signal = doing === 'SIGINT' ? 'SIGINT' : 'SIGTERM';
  if (doing === 'rolling restart, then SIGTERM') {
    running.signal('SIGHUP');
    await running.untilStatus(
      'the end of the restart',
      ({ lastRestart, restarting }) => lastRestart !== undefined && !restarting,
    );
  } else if (doing === 'SIGTERM in a rolling restart') {
    running.signal('SIGHUP');
    await delay(below(random, WITHIN_MS));
  }
  await signalAll(running, signal, random);
  if (doing !== 'SIGTERM twice') return;
  await delay(below(random, 900));
  await signalAll(running, signal, random);
}

/** In any order: a service manager has its own. */
async function signalAll(
  running: RunningRespite,
  signal: NodeJS.Signals,
  random: () => number,
): Promise<void> {
  const processes = [...(await running.offspring()), running.pid];
  for (let last = processes.length - 1; last > 0; last -= 1) {
    const at = below(random, last + 1);
    [processes[last], processes[at]] = [processes[at] ?? 0, processes[last] ?? 0];
  }
  for (const pid of processes) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself.
    }
  }
}
