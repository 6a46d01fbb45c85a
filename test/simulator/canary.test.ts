// How often the judge is wrong about a restart of one and the same version, and how long it takes to see a worse one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printedRandom } from '../harness/seed.ts';
import { CALM, type Fault, type Noise, trial } from './canary.ts';

/** Requests per second of both versions together. */
const RATES = [5, 20, 50, 200, 2000];

const NOISES: Readonly<Record<string, Noise>> = {
  calm: CALM,
  'wide latencies': { ...CALM, sigma: 1.2 },
  'a slow dependency': { ...CALM, slowDependency: 0.2 },
  'pauses of either': { ...CALM, pauses: 0.15 },
  'bursts of errors of either': { ...CALM, bursts: 0.1 },
  'an old error rate of 5 %': { ...CALM, failedShare: 0.05 },
  'a fifth of the traffic': { ...CALM, share: 0.2 },
  'most of the traffic': { ...CALM, share: 0.8 },
  'a very cold start': { ...CALM, cold: 8, cacheMb: 60 },
  'much garbage': { ...CALM, garbageMb: 10 },
  'all of it': {
    sigma: 1,
    slowDependency: 0.1,
    pauses: 0.1,
    bursts: 0.05,
    failedShare: 0.01,
    share: 0.4,
    cold: 4,
    garbageMb: 5,
    cacheMb: 40,
  },
};

/** Trials of each rate and noise. */
const RUNS = Number(process.env['RESPITE_TEST_TRIALS'] ?? 40);

test('restarts of the same version are taken back in less than 1 % of cases', (t) => {
  const random = printedRandom(t);
  const wrong: string[] = [];
  let runs = 0;
  for (const [name, noise] of Object.entries(NOISES)) {
    for (const rate of RATES) {
      for (let run = 0; run < RUNS; run += 1) {
        runs += 1;
        const found = trial(random, rate, noise);
        if (found !== undefined)
          wrong.push(`${name}, ${rate}/s: ${found.verdict.what} after ${found.second} s`);
      }
    }
  }
  t.diagnostic(`${wrong.length} of ${runs} taken back: ${wrong.join('; ')}`);
  assert.ok(wrong.length <= 0.01 * runs, wrong.join('\n'));
});

/** At which rates a fault is seen. */
const FAULTS: readonly { readonly name: string; readonly fault: Fault; readonly rates: readonly number[] }[] =
  [
    { name: 'fails 5 % of requests', fault: { failedShare: 0.05 }, rates: [50, 200, 2000] },
    { name: 'is twice as slow', fault: { slower: 2 }, rates: [50, 200, 2000] },
    // Small differences count only once a worker has answered a thousand requests.
    { name: 'takes twice the processor time', fault: { dearer: 2 }, rates: [500, 2000] },
    { name: 'leaks 5 MB/s', fault: { leakMb: 5 }, rates: [5, 50, 200, 2000] },
  ];

/** What is measured is a share of about 3 %, in the worst case: a slow version at 50 requests a second. */
const MAX_MISSED_SHARE = 0.1;

/** From a worker that is ready; it takes a second or two to start. */
const DETECTED_WITHIN_SECONDS = 18;

for (const { name, fault, rates } of FAULTS) {
  test(`a version that ${name} is taken back within the trial, most often within ${DETECTED_WITHIN_SECONDS} s`, (t) => {
    const random = printedRandom(t);
    const runs = 5 * RUNS;
    for (const rate of rates) {
      const seconds = Array.from(
        { length: runs },
        () => trial(random, rate, CALM, fault)?.second ?? Infinity,
      );
      seconds.sort((a, b) => a - b);
      const missed = seconds.filter((each) => each === Infinity).length;
      const late = seconds.filter((each) => each > DETECTED_WITHIN_SECONDS).length;
      t.diagnostic(
        `${rate}/s: median ${seconds[runs >> 1]} s, 90 % within ${seconds[Math.floor(0.9 * runs)]} s; ${late} of ${runs} later than ${DETECTED_WITHIN_SECONDS} s, ${missed} missed`,
      );
      assert.ok(missed <= MAX_MISSED_SHARE * runs, `${missed} of ${runs} missed at ${rate}/s`);
      assert.ok(late <= 2 * MAX_MISSED_SHARE * runs, `${late} of ${runs} late at ${rate}/s`);
    }
  });
}

test('a version that fails as often as the old one is not taken back for it', (t) => {
  const random = printedRandom(t);
  const noise = { ...CALM, failedShare: 0.05 };
  const found = Array.from({ length: RUNS }, () => trial(random, 200, noise)?.verdict.what);
  assert.ok(!found.includes('errors'));
});
