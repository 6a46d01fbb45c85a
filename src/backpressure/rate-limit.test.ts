import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { lengthOf, open } from './fake-transport.test.ts';
import { createRateLimit, RateLimit } from './rate-limit.ts';

/** A limit whose timers and clock are the test's. */
function limitOf(
  t: TestContext,
  bytesPerSecond: number,
  burstBytes: number,
): { limit: RateLimit; pass(ms: number): void } {
  let nowMs = 0;
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const limit = new RateLimit({ bytesPerSecond, burstBytes }, () => nowMs);
  return {
    limit,
    pass(ms) {
      for (let i = 0; i < ms; i += 1) {
        nowMs += 1;
        t.mock.timers.tick(1);
      }
    },
  };
}

test('a channel sends its number of bytes a second, in bursts of that size', (t) => {
  const { limit, pass } = limitOf(t, 1000, 100);
  const { channel, transport } = open({ rateLimit: limit }, Infinity);
  channel.write(Buffer.alloc(2000));
  channel.flush();
  assert.equal(lengthOf(transport.received), 100);
  pass(1000);
  const sent = lengthOf(transport.received);
  assert.ok(sent >= 1000 && sent <= 1200, `${sent} in a second`);
  assert.ok(transport.sizes.every((bytes) => bytes <= 100));
  // That is no congestion.
  assert.deepEqual([transport.isPaused, channel.blockedSinceMs], [false, Infinity]);
  channel.end();
  pass(1500);
  assert.deepEqual([lengthOf(transport.received), transport.isEnded], [2000, true]);
});

test('channels that share a limit take turns, whichever has more to send', (t) => {
  const { limit, pass } = limitOf(t, 1000, 100);
  const channels = Array.from({ length: 4 }, () => open({ rateLimit: limit }, Infinity));
  for (const [i, { channel }] of channels.entries()) {
    channel.write(Buffer.alloc(10_000 * (i + 1)));
    channel.flush();
  }
  pass(4000);
  const sent = channels.map(({ transport }) => lengthOf(transport.received));
  assert.ok(Math.max(...sent) - Math.min(...sent) <= 200, String(sent));
  const total = sent.reduce((sum, bytes) => sum + bytes, 0);
  assert.ok(total >= 3900 && total <= 4300, String(total));
  for (const { channel } of channels.slice(1)) channel.evict('test');
  pass(2000);
  const [first = 0] = channels.map(({ transport }) => lengthOf(transport.received));
  assert.ok(first - (sent[0] ?? 0) >= 1900, 'closed channels have no share');
});

test('a bad limit is refused', () => {
  assert.throws(() => createRateLimit({ bytesPerSecond: 0 }), { code: 'RESPITE_OPTIONS_INVALID' });
  assert.throws(() => open({ rateLimit: { bytesPerSecond: 5 } as never }), {
    code: 'RESPITE_OPTIONS_INVALID',
  });
});
