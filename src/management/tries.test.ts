import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Tries } from './tries.ts';

test('ten wrong ones from an address, then one in six seconds', () => {
  const tries = new Tries();
  for (let i = 0; i < 10; i += 1) {
    assert.equal(tries.waitMs('192.0.2.1', 0), 0);
    tries.failed('192.0.2.1', 0);
  }
  assert.equal(tries.waitMs('192.0.2.1', 0), 6000);
  assert.equal(tries.waitMs('192.0.2.2', 0), 0, 'others are free');
  assert.equal(tries.waitMs('192.0.2.1', 6000), 0);
  tries.failed('192.0.2.1', 6000);
  assert.equal(tries.waitMs('192.0.2.1', 6000), 6000);
  assert.equal(tries.waitMs('192.0.2.1', 1e6), 0);
});

test('one who guesses from many addresses is held up too, and keeps out nobody who was in before', () => {
  const tries = new Tries();
  tries.succeeded('198.51.100.7');
  for (let i = 0; i < 100; i += 1) tries.failed(`192.0.2.${i}`, 0);
  assert.ok(tries.waitMs('203.0.113.1', 0) > 0);
  assert.equal(tries.waitMs('198.51.100.7', 0), 0);
});

test('a network of IPv6 is one, however its addresses are written', () => {
  const tries = new Tries();
  for (const address of ['2001:db8::1', '2001:db8:0:0:9::', '2001:db8:0:0:1:2:3:4', '2001:db8::%eth0']) {
    for (let i = 0; i < 3; i += 1) tries.failed(address, 0);
  }
  assert.ok(tries.waitMs('2001:db8::ffff', 0) > 0);
  assert.equal(tries.waitMs('2001:db8:0:1::1', 0), 0);
  for (let i = 0; i < 10; i += 1) tries.failed('::ffff:192.0.2.1', 0);
  assert.equal(tries.waitMs('::ffff:192.0.2.2', 0), 0, 'IPv4 in its IPv6 form is an address of its own');
});

test('whatever the addresses, no more wrong tokens are looked at than the common bucket holds', () => {
  const attempt = fc.record({ address: fc.ipV4(), afterMs: fc.nat(2000) });
  fc.assert(
    fc.property(fc.array(attempt, { maxLength: 400 }), (attempts) => {
      const tries = new Tries();
      let nowMs = 0;
      let looked = 0;
      for (const { address, afterMs } of attempts) {
        nowMs += afterMs;
        if (tries.waitMs(address, nowMs) > 0) continue;
        looked += 1;
        tries.failed(address, nowMs);
      }
      assert.ok(looked <= 100 + nowMs / 600);
    }),
  );
});

test('addresses beyond number are forgotten, the oldest first', () => {
  const tries = new Tries();
  for (let i = 0; i < 10; i += 1) tries.failed('192.0.2.1', 0);
  for (let i = 0; i < 2000; i += 1) tries.failed(`10.0.${i >> 8}.${i & 255}`, i * 600);
  const later = 2000 * 600;
  for (let i = 0; i < 9; i += 1) tries.failed('192.0.2.1', later);
  assert.equal(tries.waitMs('192.0.2.1', later + 600 * 10), 0, 'counted from nothing');
});
