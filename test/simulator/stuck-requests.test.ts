// Simulated hours of odd but honest traffic, in which nothing is stuck; and workers whose pool dies, each of which is found in time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { below, chosenSeed } from '../harness/seed.ts';
import { exponential, seededRandom } from './random.ts';
import { SimulatedWorker, STEP_MS } from './traffic.ts';
import type { Finding } from '../../src/supervisor/detect/detectors/finding.ts';
import { resolveDetectOptions } from '../../src/supervisor/detect/detectors/options.ts';
import { UsualWaits } from '../../src/supervisor/detect/detectors/usual-waits.ts';

const SEEDS = 200;
const HOUR_MS = 3_600_000;
const options = resolveDetectOptions().stuckRequests || assert.fail();

type Random = () => number;

function crew(random: Random, most: number): readonly SimulatedWorker[] {
  const usual = new UsualWaits();
  return Array.from(
    { length: 1 + below(random, most) },
    (_, i) => new SimulatedWorker(i + 1, options, usual),
  );
}

function between(random: Random, least: number, most: number): number {
  return least + random() * (most - least);
}

function any<Item>(random: Random, items: readonly Item[]): Item {
  return items[below(random, items.length)] ?? assert.fail();
}

/** Clients that ask again as soon as they are answered, or go. @param answerMs Drawn for each request. */
function again(
  workers: readonly SimulatedWorker[],
  random: Random,
  name: string,
  clients: number,
  patienceMs: number,
  answerMs: () => number,
): void {
  for (let i = 0; i < clients; i += 1) {
    const worker = any(random, workers);
    const ask = (atMs: number): void =>
      worker.ask({ name, atMs: atMs + 50, answerMs: answerMs(), patienceMs, onEnd: ask });
    ask(random() * 60_000);
  }
}

/** Requests that know nothing of each other, with pauses of minutes. */
function poisson(
  workers: readonly SimulatedWorker[],
  random: Random,
  name: string,
  meanMs: number,
  answerMs: () => number,
  patienceMs: () => number,
): void {
  let pauseAtMs = exponential(random, 600_000);
  for (let atMs = 0; atMs < HOUR_MS; atMs += exponential(random, meanMs)) {
    if (atMs > pauseAtMs) {
      atMs += exponential(random, 300_000);
      pauseAtMs = atMs + exponential(random, 600_000);
    }
    any(random, workers).ask({ name, atMs, answerMs: answerMs(), patienceMs: patienceMs() });
  }
}

/** All kinds of traffic that have ever been taken for a fault, of which each hour has some. */
const ODD: readonly ((workers: readonly SimulatedWorker[], random: Random) => void)[] = [
  function longPolls(workers, random) {
    const [meanMs, timeoutMs] = [
      between(random, 5000, 120_000),
      any(random, [25_000, 30_000, 60_000, 120_000]),
    ];
    again(workers, random, 'GET /poll', 1 + below(random, 20), Infinity, () =>
      Math.min(timeoutMs, exponential(random, meanMs)),
    );
  },
  function neverAnswered(workers, random) {
    again(workers, random, 'GET /wait', 1 + below(random, 10), between(random, 5000, 60_000), () => Infinity);
  },
  function slowExports(workers, random) {
    const impatientMs = between(random, 5000, 50_000);
    poisson(
      workers,
      random,
      'GET /export',
      between(random, 10_000, 300_000),
      () => between(random, 50_000, 70_000),
      () => (random() < 0.5 ? impatientMs : Infinity),
    );
  },
  function pages(workers, random) {
    const usualMs = between(random, 5, 500);
    poisson(
      workers,
      random,
      `GET /page/${below(random, 9)}`,
      between(random, 500, 60_000),
      () => exponential(random, usualMs),
      () => (random() < 0.1 ? between(random, 100, 3000) : 30_000),
    );
  },
  function bursts(workers, random) {
    for (let atMs = random() * 600_000; atMs < HOUR_MS; atMs += between(random, 120_000, 900_000)) {
      const worker = any(random, workers);
      const eachMs = between(random, 10, 200);
      for (let i = 0; i < 100; i += 1)
        worker.ask({ name: 'POST /job', atMs, answerMs: i * eachMs, patienceMs: 60_000 });
    }
  },
  function streams(workers, random) {
    for (let i = 0; i < 5; i += 1) {
      const worker = any(random, workers);
      const ask = (atMs: number): void =>
        worker.ask({
          name: 'GET /events',
          atMs: atMs + 100,
          answerMs: Infinity,
          patienceMs: exponential(random, 120_000),
          isStream: true,
          onEnd: ask,
        });
      ask(random() * 60_000);
    }
  },
];

test(`${SEEDS} hours of odd but honest traffic: nothing is stuck`, (t) => {
  const first = chosenSeed();
  t.diagnostic(`RESPITE_TEST_SEED=${first} repeats what is random in this test`);
  for (let seed = first; seed < first + SEEDS; seed += 1) {
    const random = seededRandom(seed);
    const workers = crew(random, 3);
    const sources = ODD.filter(() => random() < 0.5);
    for (const source of sources) source(workers, random);
    for (let nowMs = STEP_MS; nowMs <= HOUR_MS; nowMs += STEP_MS) {
      for (const worker of workers) {
        const found = worker.step(nowMs);
        assert.equal(
          found,
          undefined,
          `seed ${seed}, ${sources.map(({ name }) => name).join()}, after ${nowMs} ms: ${found?.summary}\n${found?.facts.join('\n')}`,
        );
      }
    }
  }
});

test(`a pool that dies, 1 request/s, clients give up after 2 s, the neighbour is healthy: found within 40 s, ${SEEDS} times`, (t) => {
  const first = chosenSeed();
  t.diagnostic(`RESPITE_TEST_SEED=${first} repeats what is random in this test`);
  for (let seed = first; seed < first + SEEDS; seed += 1) {
    const random = seededRandom(seed);
    const usual = new UsualWaits();
    const [sick, healthy] = [1, 2].map((id) => new SimulatedWorker(id, options, usual));
    if (sick === undefined || healthy === undefined) assert.fail();
    const usualMs = between(random, 5, 200);
    for (const worker of [sick, healthy]) {
      for (let atMs = 0; atMs < 200_000; atMs += exponential(random, 1000)) {
        worker.ask({
          name: 'GET /query',
          atMs,
          answerMs: between(random, 0.5, 1.5) * usualMs,
          patienceMs: 2000,
        });
      }
    }
    if (random() < 0.5) again([sick, healthy], random, 'GET /wait', 3, 20_000, () => Infinity);
    const diesMs = Math.ceil(between(random, 20_000, 60_000) / STEP_MS) * STEP_MS;
    let foundMs = Infinity;
    for (let nowMs = STEP_MS; nowMs <= diesMs + 60_000 && foundMs === Infinity; nowMs += STEP_MS) {
      if (nowMs >= diesMs) sick.isDead = true;
      assert.equal(healthy.step(nowMs), undefined, `seed ${seed}`);
      const found: Finding | undefined = sick.step(nowMs);
      if (found === undefined) continue;
      foundMs = nowMs;
      assert.equal(found.isAnsweredElsewhere, true, `seed ${seed}: ${found.facts.join('\n')}`);
    }
    assert.ok(foundMs > diesMs && foundMs <= diesMs + 40_000, `seed ${seed}: after ${foundMs - diesMs} ms`);
  }
});

test(`the dependency of both workers dies: found, and never put down to one of them, ${SEEDS} times`, (t) => {
  const first = chosenSeed();
  t.diagnostic(`RESPITE_TEST_SEED=${first} repeats what is random in this test`);
  for (let seed = first; seed < first + SEEDS; seed += 1) {
    const random = seededRandom(seed);
    const usual = new UsualWaits();
    const workers = [1, 2].map((id) => new SimulatedWorker(id, options, usual));
    const meanMs = between(random, 100, 2000);
    // Connections are lost within moments of each other, not at once.
    const diesMs = workers.map(() => between(random, 60_000, 66_000));
    for (const worker of workers) {
      for (let atMs = 0; atMs < 200_000; atMs += exponential(random, meanMs)) {
        worker.ask({ name: 'GET /query', atMs, answerMs: between(random, 5, 300), patienceMs: 3000 });
      }
    }
    let found = 0;
    for (let nowMs = STEP_MS; nowMs <= 150_000; nowMs += STEP_MS) {
      for (const [i, worker] of workers.entries()) {
        if (nowMs >= (diesMs[i] ?? 0)) worker.isDead = true;
        const finding = worker.step(nowMs);
        if (finding === undefined) continue;
        found += 1;
        assert.equal(finding.isAnsweredElsewhere, false, `seed ${seed}: ${finding.facts.join('\n')}`);
        assert.ok(nowMs >= 90_000, `seed ${seed}: after ${nowMs - 60_000} ms`);
      }
    }
    assert.ok(found > 0, `seed ${seed}`);
  }
});
