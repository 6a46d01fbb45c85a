import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { KernelKills } from './kernel-kills.ts';

test('a counter that moved within ten seconds was this process; each kill is one process', () => {
  let count = 3;
  const kills = new KernelKills(() => count);
  for (let atMs = 0; atMs <= 20_000; atMs += 1000) kills.observe(atMs);
  assert.equal(kills.claim(20_500), false);
  count = 4;
  kills.observe(21_000);
  assert.deepEqual([kills.claim(25_000), kills.claim(25_001)], [true, false]);
});

test('what was killed long before was another process', () => {
  let count = 0;
  const kills = new KernelKills(() => count);
  kills.observe(0);
  count = 1;
  for (let atMs = 1000; atMs <= 30_000; atMs += 1000) kills.observe(atMs);
  assert.equal(kills.claim(30_000), false);
});

test('without a counter there is no telling', () => {
  const kills = new KernelKills(() => undefined);
  kills.observe(0);
  assert.equal(kills.claim(1), undefined);
});

test('never more deaths are put down to the kernel than it has counted', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('kill', 'claim', 'observe'), { maxLength: 60 }), (events) => {
      let count = 7;
      let blamed = 0;
      const kills = new KernelKills(() => count);
      kills.observe(0);
      for (const [i, event] of events.entries()) {
        const nowMs = (i + 1) * 700;
        if (event === 'kill') count += 1;
        else if (event === 'observe') kills.observe(nowMs);
        else if (kills.claim(nowMs) === true) blamed += 1;
        assert.ok(blamed <= count - 7);
      }
    }),
  );
});
