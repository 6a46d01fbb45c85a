// Two or three faults at once, 200 times: the supervisor lives, and users notice nothing but the requests that were in the faulty
// worker. `npm run test:faults`; not part of `npm test`. Needs root, since it mounts and makes control groups.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { lacks } from '../harness/programs.ts';
import { below, printedRandom } from '../harness/seed.ts';
import { Confined } from './confined.ts';
import { type Fault, FAULTS, type Stage } from './faults.ts';
import { type Failure, Users } from './users.ts';

const COMBINATIONS = Number(process.env['RESPITE_TEST_COMBINATIONS'] ?? 200);
/** The same faults each time, such as `package removed + a worker exits`; undefined for random ones. */
const CHOSEN = process.env['RESPITE_TEST_FAULTS']?.split(' + ');
/** Combinations that one supervisor has to live through. */
const PER_SUPERVISOR = 20;
const WORKERS = 2;
/** Between two requests of a user, in ms. */
const PAUSE_MS = 20;
/** How long a combination lasts, in ms, and by how much more at random. */
const LASTS_MS = 1500;
const MORE_MS = 2000;
/** Faults of a combination begin within this time, in ms. */
const BEGIN_WITHIN_MS = 500;
/** Time after the faults in which workers have to come back by themselves, in ms. Then an operator asks for a rolling restart. */
const HEALS_BY_ITSELF_MS = 4000;
/** From the end of the faults to two healthy workers, in ms. */
const HEALED_MS = 100_000;
/** What is in a worker when it goes wrong is lost. How exactly that moment is known, in ms. */
const MOMENT_MS = 150;
const FAILED_SHARE = 0.001;

/** A moment at which a worker went wrong or ended. */
type Moments = number[];

test(`${COMBINATIONS} random combinations of faults`, { skip: lacks('prlimit', 'mount') }, async (t) => {
  const random = printedRandom(t);
  let requests = 0;
  const failures: string[] = [];
  for (let done = 0; done < COMBINATIONS; done += PER_SUPERVISOR) {
    const count = Math.min(PER_SUPERVISOR, COMBINATIONS - done);
    // eslint-disable-next-line no-await-in-loop -- one after the other
    const found = await liveThrough(t, random, count);
    requests += found.requests;
    failures.push(...found.failures);
  }
  t.diagnostic(`${requests} requests, ${failures.length} failed beside those in faulty workers`);
  assert.ok(failures.length <= FAILED_SHARE * requests, failures.join('\n'));
});

/** One supervisor, from its start to its end. */
async function liveThrough(
  t: TestContext,
  random: () => number,
  combinations: number,
): Promise<{ requests: number; failures: string[] }> {
  const confined = new Confined(WORKERS);
  t.after(async () => confined.cleanUp());
  const port = await confined.port();
  const managementPort = Number(new URL(await confined.management()).port);
  await confined.ready();
  const users = new Users(port, PAUSE_MS);
  const moments: Moments = [];
  const begun: { readonly atMs: number; readonly title: string }[] = [];
  try {
    for (let i = 0; i < combinations; i += 1) {
      const names = CHOSEN ?? draw(random);
      const title = names.join(' + ');
      begun.push({ atMs: Date.now(), title });
      // eslint-disable-next-line no-await-in-loop -- one after the other
      moments.push(
        ...(await combine(confined, names, { port, managementPort, random, slot: 1 + (i % WORKERS) })),
      );
      t.diagnostic(`${title}: ${users.summary()}`);
    }
  } finally {
    await users.stop();
  }
  assert.deepEqual(await confined.stop(), { code: 0, signal: null }, confined.transcript());
  assert.deepEqual(await confined.offspring(), [], confined.transcript());
  // Users give up late: only now is it known what failed, and at which moments workers went wrong.
  const failures = users.failures
    .filter((failure) => !isOfFaultyWorker(failure, moments))
    .map((failure) => {
      const title = begun.findLast(({ atMs }) => atMs <= failure.atMs)?.title ?? 'before the first';
      return `${title}: ${failure.why} at ${new Date(failure.atMs).toISOString()}`;
    });
  if (failures.length > 0) t.diagnostic(confined.stderr);
  return { requests: users.requests, failures };
}

/** Two or three faults; one worker is faulty in one way. */
function draw(random: () => number): string[] {
  const all = Object.entries(FAULTS);
  const drawn: [string, Fault][] = [];
  const count = 2 + below(random, 2);
  while (drawn.length < count) {
    const next = all[below(random, all.length)];
    const isPossible =
      next !== undefined &&
      drawn.every(([name, { kind }]) => name !== next[0] && (kind === 'other' || kind !== next[1].kind));
    if (isPossible) drawn.push(next);
  }
  return drawn.map(([name]) => name);
}

/** Has the faults begin, last and end. Resolves when all workers are back. @returns When workers went wrong. */
async function combine(
  confined: Confined,
  names: readonly string[],
  { slot, ...given }: Pick<Stage, 'port' | 'managementPort' | 'random'> & { readonly slot: number },
): Promise<Moments> {
  const { random } = given;
  const faults = names.flatMap((name) => FAULTS[name] ?? []);
  // In turns: one slot with many faults within a minute is a crash loop, in which a try comes every 30 s.
  const target = (await confined.ready()).find((worker) => worker.slot === slot)?.pid ?? 0;
  const moments: Moments = [];
  const stage: Stage = { ...given, confined, target, went: () => moments.push(Date.now()) };
  const mayEndOthers = faults.some((fault) => fault.mayEndOthers === true);
  const deaths = watchDeaths(confined, (pid) => {
    if (mayEndOthers || pid === target) moments.push(Date.now());
  });
  try {
    const begins = faults.map(async ({ begin }) => {
      await delay(below(random, BEGIN_WITHIN_MS));
      await begin(stage);
    });
    const all = Promise.all(begins);
    all.catch(() => {}); // below
    await delay(LASTS_MS + below(random, MORE_MS));
    for (const fault of faults) fault.end?.(stage);
    // Only then: a worker that is stopped goes wrong when it goes on.
    await all;
    await healed(confined, names);
  } finally {
    clearInterval(deaths);
  }
  return moments;
}

/** Resolves when the supervisor answers, all its workers serve, and none that is faulty is left. */
async function healed(confined: Confined, names: readonly string[]): Promise<void> {
  const askedMs = Date.now() + HEALS_BY_ITSELF_MS;
  let isAsked = false;
  const allServe = async (): Promise<boolean> => {
    assert.equal(confined.exit, undefined, `the supervisor ended: ${names.join(' + ')}`);
    if (!isAsked && Date.now() > askedMs) isAsked = confined.child.kill('SIGHUP');
    const status = await confined.status().catch(() => undefined);
    if (status === undefined || status.restarting) return false;
    const { workers, workersWanted, incidents } = status;
    // After a crash loop an incident is over only when a worker has served for a minute.
    const alive = new Set(confined.memory.pids);
    const isOver = incidents.every(
      ({ endedAtMs, worker }) => endedAtMs !== undefined || !alive.has(worker.pid),
    );
    return isOver && workers.length === workersWanted && workers.every(({ state }) => state === 'ready');
  };
  await confined.until(`all workers to serve after: ${names.join(' + ')}`, allServe, HEALED_MS, 100);
}

/** Calls back when a process has ended. */
function watchDeaths(confined: Confined, onDeath: (pid: number) => void): NodeJS.Timeout {
  let alive = new Set(confined.memory.pids);
  return setInterval(() => {
    const now = new Set(confined.memory.pids);
    for (const pid of alive) if (!now.has(pid)) onDeath(pid);
    alive = now;
  }, 20);
}

/** It was under way when a worker went wrong or ended. */
function isOfFaultyWorker({ atMs, endedAtMs }: Failure, moments: Moments): boolean {
  return moments.some((moment) => atMs <= moment + MOMENT_MS && endedAtMs >= moment - MOMENT_MS);
}
