import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { clientOf, slotOf } from './client-slot.ts';

const SLOTS = [1, 2, 3, 4, 5];

test('a client is its IPv4 address, however the socket shows it, or its IPv6 network', () => {
  assert.equal(clientOf('10.1.2.3'), '10.1.2.3');
  assert.equal(clientOf('::ffff:10.1.2.3'), '10.1.2.3');
  assert.equal(clientOf('2001:db8:1:2:aaaa::1'), '2001:db8:1:2');
  assert.equal(clientOf('2001:db8:1:2::bbbb'), '2001:db8:1:2');
  assert.equal(clientOf('2001:db8::1'), '2001:db8:0:0');
  assert.equal(clientOf('::1'), '0:0:0:0');
  assert.equal(clientOf('::'), '0:0:0:0');
  assert.equal(clientOf('fe80::1:2%eth0'), 'fe80:0:0:0');
  assert.notEqual(clientOf('2001:db8:1:3::1'), clientOf('2001:db8:1:2::1'));
});

test('without a slot there is none', () => {
  assert.equal(slotOf('10.0.0.1', []), undefined);
});

test('the order of the slots does not matter, and only the clients of a missing slot move', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.shuffledSubarray(SLOTS, { minLength: 1 }), (address, serving) => {
      const home = slotOf(address, SLOTS);
      const now = slotOf(address, serving);
      assert.ok(now !== undefined && serving.includes(now));
      assert.equal(now, slotOf(address, serving.toReversed()));
      if (home !== undefined && serving.includes(home)) assert.equal(now, home);
    }),
  );
});

test('many clients are spread evenly, also those of one network, and those of a missing slot over all others', () => {
  const clients = Array.from({ length: 5000 }, (_, i) => `192.168.${i >> 8}.${i & 255}`);
  for (const slots of [
    [1, 2],
    [1, 2, 3, 4, 5],
    [1, 2, 3, 5],
    [1, 4],
  ]) {
    const counts = new Map(slots.map((slot) => [slot, 0]));
    for (const client of clients) {
      const slot = slotOf(client, slots) ?? 0;
      counts.set(slot, (counts.get(slot) ?? 0) + 1);
    }
    const even = clients.length / slots.length;
    for (const [slot, count] of counts)
      assert.ok(
        Math.abs(count - even) < 0.12 * even,
        `${count} of ${clients.length} at slot ${slot} of ${slots.join()}`,
      );
  }
});
