import assert from 'node:assert/strict';
import { test } from 'node:test';
import { receiveHealth } from '../core/health-link.ts';
import { custom } from './check.ts';
import { disk } from './checks/disk.ts';
import { tcp } from './checks/tcp.ts';
import { health, HealthRegistry } from './registry.ts';
import { FakeClock, settled } from './support.test.ts';

test('indicators run side by side, and a caller gets what was found last', async () => {
  const clock = new FakeClock();
  const registry = new HealthRegistry(() => {}, clock);
  registry.add('good', { check: custom(() => {}) });
  registry.add('hangs', { check: custom(async () => new Promise(() => {})), critical: true, timeoutMs: 100 });
  registry.add('mine', { check: custom(() => {}), groups: ['billing'] });
  await settled();
  assert.deepEqual(
    registry.reports().map(({ name, status }) => [name, status]),
    [
      ['good', 'UP'],
      ['hangs', 'UNKNOWN'],
      ['mine', 'UP'],
    ],
  );
  assert.equal(registry.read('ready').status, 'UNKNOWN');
  assert.equal(registry.read('billing').status, 'UP');
  await clock.to(100);
  assert.equal(registry.read('ready').status, 'DOWN');
  assert.equal(registry.read().status, 'DOWN');
  registry.clear();
  assert.deepEqual([registry.reports(), clock.timers], [[], 0]);
});

test('one is taken away by what add returned, once, and its name is free again', () => {
  const registry = new HealthRegistry(() => {}, new FakeClock());
  const remove = registry.add('a', { check: custom(() => {}) });
  assert.throws(() => registry.add('a', { check: custom(() => {}) }), {
    code: 'RESPITE_OPTIONS_INVALID',
    message: 'health indicator "a" is registered already',
  });
  remove();
  const removeSecond = registry.add('a', { check: custom(() => {}) });
  remove();
  assert.equal(registry.reports().length, 1);
  removeSecond();
});

test('a callback that throws stops no check, and is a warning', async (t) => {
  const warnings: unknown[] = [];
  t.mock.method(process, 'emitWarning', (warning: unknown) => warnings.push(warning));
  const registry = new HealthRegistry(() => {
    throw new Error('from the callback');
  }, new FakeClock());
  registry.add('db', { check: custom(() => {}) });
  await settled();
  assert.equal(registry.reports()[0]?.status, 'UP');
  await registry.close();
  assert.match(String(warnings[0]), /from the callback/);
});

test('what is outside can not be in the group live; what is local can, and is critical', () => {
  const registry = new HealthRegistry(() => {}, new FakeClock());
  for (const check of [tcp('127.0.0.1', 1), custom(() => {})]) {
    assert.throws(() => registry.add('x', { check, groups: ['ready', 'live'] }), {
      code: 'RESPITE_OPTIONS_INVALID',
      message:
        'health.x.groups[1] must be left out: what is outside of this machine must not decide about liveness, got "live"',
    });
  }
  registry.add('disk', { check: disk(), groups: ['live'] });
  registry.add('loop', { check: custom(() => {}, { local: true }), groups: ['live'] });
  registry.add('database', { check: tcp('127.0.0.1', 1) });
  assert.deepEqual(
    registry.reports().map(({ critical }) => critical),
    [true, true, false],
  );
  registry.clear();
});

test('the process’s own registry reports through the link, and takes back what it reported', async () => {
  const received: string[] = [];
  receiveHealth((reports) =>
    received.push(reports.map(({ name, status }) => `${name} ${status}`).join(', ')),
  );
  const remove = health.add('own', { check: custom(() => {}) });
  await settled();
  remove();
  receiveHealth(() => {});
  assert.deepEqual(received, ['own UNKNOWN', 'own UP', '']);
});
