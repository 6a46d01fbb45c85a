// Randomness that a failing test can repeat: each test prints its seed, and RESPITE_TEST_SEED gives it again.
import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';
import { seededRandom } from '../simulator/random.ts';

/** Seeds are 32 bits wide. */
const SEEDS = 2 ** 32;

/** Uniform numbers from 0 to 1 of a seed that the test prints. */
export function printedRandom(t: Pick<TestContext, 'diagnostic'>): () => number {
  const seed = chosenSeed();
  t.diagnostic(`RESPITE_TEST_SEED=${seed} repeats what is random in this test`);
  return seededRandom(seed);
}

/** What RESPITE_TEST_SEED says; without it each call has another seed, which the test has to print. */
export function chosenSeed(): number {
  const given = process.env['RESPITE_TEST_SEED'];
  if (given === undefined) return randomInt(SEEDS);
  const seed = Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed >= SEEDS) {
    throw new Error(`RESPITE_TEST_SEED must be an integer from 0 to ${SEEDS - 1}, not ${given}`);
  }
  return seed;
}

/** A whole number from 0 up to, but not including, `limit`. */
export function below(random: () => number, limit: number): number {
  return Math.floor(random() * limit);
}

export function randomBytes(random: () => number, bytes: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: bytes }, () => below(random, 256)));
}
