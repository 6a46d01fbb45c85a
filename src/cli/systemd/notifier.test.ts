import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepAliveMs, messageOf } from './messages.ts';
import { startServiceNotifier } from './notifier.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const ENV = { NOTIFY_SOCKET: '/run/systemd/notify' };

test('what systemd is told, in its words', () => {
  assert.deepEqual(messageOf('ready', 7n), ['READY=1', 'STATUS=serving']);
  assert.deepEqual(messageOf('restarting', 7n).slice(0, 2), ['RELOADING=1', 'MONOTONIC_USEC=7']);
  assert.equal(messageOf('stopping', 7n)[0], 'STOPPING=1');
});

test('signs of life come three times as often as systemd wants them, from the process that is meant', () => {
  assert.equal(keepAliveMs({ WATCHDOG_USEC: '30000000' }, 5), 10_000);
  assert.equal(keepAliveMs({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '5' }, 5), 10_000);
  assert.equal(keepAliveMs({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '6' }, 5), undefined);
  for (const none of [undefined, '', '0', '-1', 'soon'])
    assert.equal(keepAliveMs({ WATCHDOG_USEC: none }, 5), undefined);
});

test('without a service manager nothing is sent', () => {
  assert.equal(
    startServiceNotifier({}, silent, () => assert.fail('sent')),
    undefined,
  );
});

test('messages are sent one after the other, and none after the stop', async () => {
  const sent: string[] = [];
  let underWay = 0;
  const notifier = startServiceNotifier(ENV, silent, async ([first = '']) => {
    underWay += 1;
    assert.equal(underWay, 1);
    await Promise.resolve();
    sent.push(first);
    underWay -= 1;
  });
  for (const phase of ['ready', 'restarting', 'ready', 'stopping', 'ready'] as const) notifier?.tell(phase);
  await notifier?.close();
  assert.deepEqual(sent, ['READY=1', 'RELOADING=1', 'READY=1', 'STOPPING=1']);
});

test('signs of life are sent while it runs, not beside another message, and not after the end', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const sent: string[] = [];
  const held = Promise.withResolvers<void>();
  const notifier = startServiceNotifier(
    { ...ENV, WATCHDOG_USEC: '3000000' },
    silent,
    async ([first = '']) => {
      sent.push(first);
      if (first === 'READY=1') await held.promise;
    },
  );
  notifier?.tell('ready');
  await Promise.resolve();
  t.mock.timers.tick(2000);
  held.resolve();
  // Until the queue is empty.
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  t.mock.timers.tick(1000);
  await notifier?.close();
  t.mock.timers.tick(5000);
  assert.deepEqual(sent, ['READY=1', 'WATCHDOG=1']);
});

test('a failure is logged once and ends nothing', async () => {
  const lines: string[] = [];
  const log = { ...silent, warn: (_fields: object, message: string) => void lines.push(message) };
  const notifier = startServiceNotifier(ENV, log, async () => {
    throw new Error('ENOENT');
  });
  notifier?.tell('ready');
  notifier?.tell('stopping');
  await notifier?.close();
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /systemd-notify failed/);
});
