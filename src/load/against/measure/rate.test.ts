import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseRate, type Trial } from './rate.ts';

/** A server that takes this CPU time for a request, and serves at most this many per second. */
function server(cpuMs: number | undefined, capacity: number): (rate: number) => Promise<Trial> {
  return async (rate) => ({
    busy: cpuMs === undefined ? undefined : (Math.min(rate, capacity) * cpuMs) / 1000,
    goodShare: Math.min(1, capacity / rate),
  });
}

test('the rate keeps a fifth of a core busy', async () => {
  assert.equal(await chooseRate(server(1, 900)), 200);
  assert.equal(await chooseRate(server(20, 49)), 25); // Overloaded by the first one.
  assert.equal(await chooseRate(server(10, 100)), 20);
});

test('a server that waits for something slow gets half of what it cannot serve', async () => {
  assert.equal(await chooseRate(server(0.01, 300)), 200); // 400 was too much.
});

test('a fast server gets no more than is useful', async () => {
  assert.equal(await chooseRate(server(0.01, 100_000)), 2000);
});

test('where CPU time is unknown, the first rate is the one', async () => {
  assert.equal(await chooseRate(server(undefined, 10_000)), 50);
});

test('one bad moment does not lower the rate', async () => {
  const usual = server(1, 900);
  let tries = 0;
  const chosen = await chooseRate(async (rate) => {
    tries += 1;
    return tries === 1 ? { busy: 0.5, goodShare: 0.2 } : usual(rate);
  });
  assert.equal(chosen, 200);
});
