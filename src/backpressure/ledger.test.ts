import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { InstrumentRegistry } from '../core/instruments.ts';
import { broadcast } from './broadcast/index.ts';
import { createWriteBudget } from './budget/index.ts';
import { open } from './fake-transport.test.ts';
import { GuardedConnection } from './guard/guarded-connection.ts';
import { resolveGuardOptions } from './guard/options.ts';
import { Ledger, processLedger } from './ledger.ts';

const KB = 1024;
const PREFIX = 'respite_backpressure_';

/** What the metrics of this process say, by name and reason; those that are 0 are left out. */
function shown(ledger: Ledger = processLedger()): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const { name, series } of ledger.read()) {
    assert.ok(name.startsWith(PREFIX));
    for (const { labels, value } of series) {
      const { reason } = labels;
      if (value !== 0) {
        numbers.set(name.slice(PREFIX.length) + (reason === undefined ? '' : `:${reason}`), value);
      }
    }
  }
  return numbers;
}

/** What has changed since it was called. Channels of other tests may be open. */
function changes(): () => Record<string, number> {
  const before = shown();
  return () => {
    const now = shown();
    const names = [...new Set([...before.keys(), ...now.keys()])].toSorted();
    const differences = names.map((name) => [name, (now.get(name) ?? 0) - (before.get(name) ?? 0)] as const);
    return Object.fromEntries(differences.filter(([, difference]) => difference !== 0));
  };
}

test('a channel shows what is pending, for as long as it is', () => {
  const changed = changes();
  const { channel, transport } = open();
  assert.deepEqual(changed(), { channels: 1 });
  channel.write(Buffer.alloc(3000));
  channel.flush();
  assert.deepEqual(changed(), { blocked_channels: 1, channels: 1, held_bytes: 3000, pending_bytes: 3000 });
  channel.write('more');
  assert.equal(changed()['pending_bytes'], 3004);
  transport.open(Infinity);
  assert.deepEqual(changed(), { channels: 1 });
  channel.write(Buffer.alloc(3000));
  channel.end();
  assert.deepEqual(changed(), {});
});

test('what waits for the next turn is pending, and no peer is blocked', async () => {
  const changed = changes();
  const { channel } = open({ turnBytes: 256 * KB, sliceBytes: 64 * KB }, Infinity);
  for (let i = 0; i < 8; i += 1) channel.write(Buffer.alloc(64 * KB));
  assert.deepEqual(changed(), { channels: 1, held_bytes: 256 * KB, pending_bytes: 256 * KB });
  await nextTurn();
  assert.deepEqual(changed(), { channels: 1 });
  channel.end();
});

test('evictions are counted by reason, those of users as one', () => {
  const changed = changes();
  for (const reason of ['slow-peer', 'source-failed', 'user 1', 'user 2', 'constructor']) {
    const { channel } = open();
    channel.write(Buffer.alloc(3000));
    channel.flush();
    channel.evict(reason);
    channel.evict(reason);
  }
  open().channel.onClosed();
  const { channel } = open({ highWaterMarkBytes: 1000, hardLimitBytes: 5000 });
  channel.write(Buffer.alloc(9000));
  channel.write('x');
  assert.deepEqual(changed(), {
    'evictions_total:hard-limit': 1,
    'evictions_total:other': 3,
    'evictions_total:slow-peer': 1,
    'evictions_total:source-failed': 1,
  });
});

test('every reason of our own is there from the start', () => {
  const evictions = new Ledger().read().find(({ name }) => name === `${PREFIX}evictions_total`);
  assert.deepEqual(
    evictions?.series.map(({ labels, value }) => [labels['reason'], value]),
    ['slow-peer', 'budget', 'hard-limit', 'overflow', 'source-failed', 'other'].map((reason) => [reason, 0]),
  );
});

test('broadcasts that are dropped are counted', async () => {
  const { channel } = open({
    highWaterMarkBytes: 10,
    lowWaterMarkBytes: 0,
    overflow: { policy: 'drop-oldest', maxBytes: 20 },
  });
  const changed = changes();
  for (let i = 0; i < 6; i += 1) await broadcast([channel], `message ${i};`);
  assert.equal(changed()['dropped_messages_total'], 3);
  channel.evict('test');
});

test('connections that a guard watches are shown as channels are', () => {
  const changed = changes();
  const budget = createWriteBudget({ limitBytes: 16 * KB * KB });
  const output = {
    fd: -1,
    pending: 5000,
    pendingBytes: (): number => output.pending,
    takenBytes: (): number => 0,
    reset: (): void => {},
  };
  const connection = new GuardedConnection(resolveGuardOptions({ budget }), output);
  connection.look(0);
  assert.deepEqual(changed(), { blocked_channels: 1, channels: 1, held_bytes: 5000, pending_bytes: 5000 });
  output.pending = 0;
  connection.look(1);
  assert.deepEqual(changed(), { channels: 1 });
  output.pending = 5000;
  connection.look(2);
  connection.evict('budget');
  assert.deepEqual(changed(), { 'evictions_total:budget': 1 });
});

test('the worker finds them where all instruments are', () => {
  const { channel } = open();
  const registry = (process as unknown as Record<symbol, unknown>)[
    Symbol.for('respite.instruments')
  ] as InstrumentRegistry;
  const found = registry.read().find(({ name }) => name === `${PREFIX}channels`);
  assert.ok(found?.series[0] !== undefined && found.series[0].value >= 1);
  channel.evict('test');
});
