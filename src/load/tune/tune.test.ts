// Whole runs on servers of known capacity, in virtual time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LoadOptions, LoadResult } from '../contract.ts';
import type { TuneReport } from './findings.ts';
import { type Scenario, SimulatedServer, trueCapacity } from './simulated-server.test.ts';
import { MAX_TUNE_MS, tune, type TuneOptions } from './tune.ts';

type Kind = Omit<Scenario, 'seed'>;

/** A handler that computes for 2 ms, a pool of 20 connections, and both in a row. */
const SERVERS: Readonly<Record<string, Kind>> = {
  CPU: {
    stages: [{ servers: 1, meanMs: 2, isRandom: false }],
    adaptiveLimit: 25,
    seesWaiting: false,
    noise: 0.01,
  },
  'a pool of 20': {
    stages: [{ servers: 20, meanMs: 40, isRandom: false }],
    adaptiveLimit: 60,
    seesWaiting: true,
    noise: 0.01,
  },
  mixed: {
    stages: [
      { servers: 1, meanMs: 1, isRandom: false },
      { servers: 20, meanMs: 30, isRandom: true },
    ],
    adaptiveLimit: 50,
    seesWaiting: true,
    noise: 0.01,
  },
};
const POOL = SERVERS['a pool of 20'] as Kind;
const SEEDS = [1, 2, 3];

async function run(
  scenario: Scenario,
  options: Partial<TuneOptions> = {},
): Promise<{ readonly server: SimulatedServer; readonly report: TuneReport }> {
  const server = new SimulatedServer(scenario);
  const report = await tune({ target: server, load: server.load, nowMs: () => server.nowMs, ...options });
  return { server, report };
}

/** Goodput of the overloaded server under a limit, measured for long. */
async function goodputUnder(limit: number, scenario: Scenario): Promise<number> {
  const server = new SimulatedServer({ ...scenario, noise: 0 });
  await server.restart({ limit });
  const durationMs = 10_000;
  const { good } = await server.load({ url: '', rate: 1.5 * trueCapacity(scenario), durationMs });
  return good / (durationMs / 1000);
}

function isWithin(share: number, found: number, truth: number): void {
  assert.ok(Math.abs(found - truth) <= share * truth, `${found} is not within ${share * 100} % of ${truth}`);
}

for (const [name, kind] of Object.entries(SERVERS)) {
  test(`${name}: the capacity is found within 5 %, two runs agree, and the time suffices`, async () => {
    const found: number[] = [];
    for (const seed of SEEDS) {
      const { report, server } = await run({ ...kind, seed });
      const perSecond = report.capacity?.perSecond;
      assert.ok(perSecond);
      isWithin(0.05, perSecond.mean, trueCapacity({ ...kind, seed }));
      assert.ok(server.nowMs <= MAX_TUNE_MS, `${server.nowMs} ms`);
      found.push(perSecond.mean);
    }
    isWithin(0.05, Math.max(...found), Math.min(...found));
  });

  test(`${name}: under the limit that is found, goodput is within 10 % of the best of all limits`, async () => {
    const scenario = { ...kind, seed: 7 };
    const all: number[] = [];
    for (let limit = 1; limit <= 256; limit = Math.ceil(limit * 1.15))
      all.push(await goodputUnder(limit, scenario));
    for (const seed of SEEDS) {
      const { report } = await run({ ...kind, seed }, { parts: ['limit'] });
      const limit = report.limit?.sweep.best.limit ?? 0;
      const goodput = await goodputUnder(limit, scenario);
      assert.ok(goodput >= 0.9 * Math.max(...all), `limit ${limit}: ${goodput} of ${Math.max(...all)}`);
    }
  });
}

test('a limit that is too low is found, and the one to take', async () => {
  for (const seed of SEEDS) {
    const { report } = await run({ ...POOL, seed, adaptiveLimit: 10 });
    assert.equal(report.advice.kind, 'change');
    const [change] = report.advice.changes;
    assert.equal(change?.option, 'limit');
    assert.equal(change.from, 'adaptive');
    assert.ok(Number(change.to) >= 18 && Number(change.to) <= 60, String(change.to));
  }
});

test('a configured limit that is too low gives way to adaptive', async () => {
  const { report } = await run({ ...POOL, seed: 1, configuredLimit: 8 });
  assert.deepEqual(
    report.advice.changes.map(({ option, from, to }) => ({ option, from, to })),
    [{ option: 'limit', from: 8, to: 'adaptive' }],
  );
});

test('nothing is to change where adaptive serves as much as the best limit', async () => {
  const { report } = await run({ ...POOL, seed: 1 });
  assert.deepEqual(report.advice, {
    kind: 'nothing-to-change',
    changes: [],
    scriptChanges: [],
    unclear: [],
  });
});

test('with noise that exceeds the effect there is no answer', async () => {
  const { report } = await run({ ...POOL, seed: 1, noise: 0.3 });
  assert.equal(report.advice.kind, 'declined');
  assert.ok(report.advice.unclear.length > 0);
});

test('a handler that only computes: requests wait unseen, and one at a time is served', async () => {
  const { report } = await run({ ...(SERVERS['CPU'] as Kind), seed: 1 });
  assert.equal(report.little?.kind, 'waits-unseen');
  assert.equal(report.workers?.kind, 'no-core');
});

test('a pool: Little’s law holds, throughput grows with requests in flight, and the event loop is idle', async () => {
  const { report } = await run({ ...POOL, seed: 1 });
  assert.equal(report.little?.kind, 'agrees');
  assert.equal(report.workers?.kind, 'waits-elsewhere');
  assert.ok((report.scalability?.sigma ?? 1) < 0.2, JSON.stringify(report.scalability));
});

test('another worker is measured where it can have a core', async () => {
  const { report } = await run(
    { ...(SERVERS['CPU'] as Kind), seed: 1, spareCores: 1 },
    { parts: ['capacity'] },
  );
  assert.equal(report.workers?.kind, 'measured');
  assert.deepEqual(
    report.advice.changes.map(({ option, from, to }) => ({ option, from, to })),
    [{ option: 'workers', from: 1, to: 2 }],
  );
});

test('buffers: everything is served up to the capacity, and the rest shed gracefully', async () => {
  const { report } = await run({ ...POOL, seed: 1 }, { parts: ['capacity'] });
  assert.ok(report.buffers);
  const { servesAllPerSecond, refusesGracefullyPerSecond, isLowerBound } = report.buffers;
  isWithin(0.12, servesAllPerSecond, 500);
  assert.ok(refusesGracefullyPerSecond > 3000 && isLowerBound);
});

test('a server without protection does not shed gracefully', async () => {
  const { report } = await run({ ...POOL, seed: 1, adaptiveLimit: Infinity }, { parts: ['capacity'] });
  isWithin(0.05, report.capacity?.perSecond.mean ?? 0, 500);
  assert.equal(report.buffers?.isLowerBound, false);
});

test('a server that answers nothing in time: no answer, and why', async () => {
  const stages = [{ servers: 1, meanMs: 5000, isRandom: false }];
  const { report } = await run({ ...POOL, stages, seed: 1 });
  assert.equal(report.advice.kind, 'declined');
  assert.match(report.advice.unclear.join(), /even at the lowest rate/);
});

test('an interrupted run reports what was found', async () => {
  const interrupted = new AbortController();
  const { report } = await run(
    { ...POOL, seed: 1 },
    { signal: interrupted.signal, onProgress: () => interrupted.abort() },
  );
  assert.ok(report.capacity);
  assert.equal(report.limit, undefined);
  assert.match(report.advice.unclear.join(), /interrupted/);
});

test('the accept queue: a knee for each number of copies', async () => {
  const { report } = await run({ ...POOL, seed: 1 }, { parts: ['accept'] });
  assert.deepEqual(
    report.accept?.knees.map(({ copies, backlog }) => [copies, backlog]),
    [
      [1, 250],
      [4, 250],
      [32, 250],
    ],
  );
});

test('a generator that is slower than the server finds a lower bound', async () => {
  const { report } = await run({ ...POOL, seed: 1, generatorLimit: 300 });
  assert.match(report.capacity?.lowerBoundBecause ?? '', /the load generator was late at/);
  isWithin(0.1, report.capacity?.servesAllPerSecond ?? 0, 300);
  assert.equal(report.advice.kind, 'declined');
});

test('a worker that ends under load ends the run, with what is known', async () => {
  const server = new SimulatedServer({ ...POOL, seed: 1 });
  const figures = server.figures.bind(server);
  server.figures = async () => ({ ...(await figures()), replaced: server.nowMs > 60_000 ? { exit: 2 } : {} });
  const report = await tune({ target: server, load: server.load, nowMs: () => server.nowMs });
  assert.ok(report.capacity);
  assert.equal(report.advice.kind, 'declined');
  assert.match(
    report.missing.join(),
    /^workers of the server ended under \d+ requests\/s and were replaced: exit 2$/,
  );
});

test('a server that answers with errors is no server without capacity: the errors are named', async () => {
  const server = new SimulatedServer({ ...POOL, seed: 1 });
  const load = async (options: LoadOptions): Promise<LoadResult> => {
    const { offered, ...result } = await server.load(options);
    return { ...result, offered, good: 0, late: 0, failed: offered, failedBy: { '404': offered } };
  };
  const report = await tune({ target: server, load, nowMs: () => server.nowMs });
  assert.match(report.missing.join(), /even at the lowest rate: 100 % failed or late \(404 \d+\), 0 % shed$/);
});
