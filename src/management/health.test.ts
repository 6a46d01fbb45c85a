import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HealthStatus, IndicatorReport } from '../core/health-link.ts';
import { reportOf as report } from '../core/support.test.ts';
import type { InstanceState, SupervisorStatus, WorkerState } from '../supervisor/index.ts';
import { instanceHealth } from './health.ts';
import { statusOf } from './support.test.ts';

const TABLE: readonly (readonly [
  state: InstanceState,
  workers: readonly WorkerState[],
  ready: HealthStatus,
  live: HealthStatus,
])[] = [
  ['starting', ['starting'], 'OUT_OF_SERVICE', 'UP'],
  ['starting', ['ready', 'starting'], 'OUT_OF_SERVICE', 'UP'],
  ['running', ['ready'], 'UP', 'UP'],
  ['running', ['ready', 'unresponsive'], 'UP', 'UP'],
  ['running', ['draining', 'ready'], 'UP', 'UP'],
  ['running', ['unresponsive', 'unresponsive'], 'DOWN', 'UP'],
  ['running', ['starting'], 'DOWN', 'UP'],
  ['running', [], 'DOWN', 'UP'],
  ['draining', ['ready'], 'OUT_OF_SERVICE', 'UP'],
  ['draining', ['unresponsive'], 'DOWN', 'UP'],
  ['stopping', ['draining'], 'OUT_OF_SERVICE', 'OUT_OF_SERVICE'],
  ['stopping', [], 'OUT_OF_SERVICE', 'OUT_OF_SERVICE'],
];

function statusIn(status: SupervisorStatus, group?: string): HealthStatus | undefined {
  return instanceHealth(status, group, true)?.status;
}

/** Ready workers by slot, each with what it reports; then what the supervisor finds. */
function reporting(
  workers: readonly (readonly IndicatorReport[])[],
  indicators: readonly IndicatorReport[] = [],
  readyShare = 0,
): SupervisorStatus {
  const plain = statusOf(
    'running',
    workers.map(() => 'ready' as const),
  );
  return {
    ...plain,
    workers: plain.workers.map((worker, i) => Object.assign(worker, { health: workers[i] ?? [] })),
    health: { readyShare, indicators },
  };
}

for (const [state, workers, ready, live] of TABLE) {
  test(`${state} with ${workers.join(', ') || 'no worker'}: readiness ${ready}, liveness ${live}`, () => {
    const status = statusOf(state, workers);
    assert.equal(statusIn(status, 'ready'), ready);
    assert.equal(statusIn(status), ready);
    assert.equal(statusIn(status, 'live'), live);
  });
}

test('the shape is that of Spring Boot Actuator, and tells how long a worker has been silent', () => {
  assert.deepEqual(instanceHealth(statusOf('running', ['unresponsive', 'starting']), 'ready', true), {
    status: 'DOWN',
    components: {
      instance: { status: 'UP', details: { state: 'running' } },
      workers: {
        status: 'DOWN',
        details: {
          wanted: 2,
          needed: 1,
          ready: 0,
          starting: 1,
          draining: 0,
          unwell: 0,
          unresponsive: [{ slot: 1, pid: 101, silentForMs: 4000 }],
        },
      },
    },
  });
});

const UP = report('db');
const DOWN = report('db', { status: 'DOWN' });
const MINOR = report('db', { status: 'DOWN', critical: false });
const NEW = report('db', { status: 'UNKNOWN' });

const SHARES: readonly (readonly [
  workers: readonly IndicatorReport[],
  readyShare: number,
  ready: HealthStatus,
])[] = [
  [[UP, DOWN], 0, 'UP'],
  [[UP, DOWN], 0.5, 'UP'],
  [[UP, DOWN], 0.51, 'DOWN'],
  [[UP, DOWN, DOWN], 0.34, 'DOWN'],
  [[MINOR, MINOR], 1, 'UP'],
  [[DOWN, DOWN], 0, 'DOWN'],
  [[NEW], 0, 'UNKNOWN'],
  [[NEW, UP], 0, 'UP'],
  [[NEW, UP], 1, 'UNKNOWN'],
];

for (const [workers, readyShare, ready] of SHARES) {
  const shown = workers.map(({ status, critical }) => `${critical ? '' : 'minor '}${status}`).join(', ');
  test(`workers that say ${shown}, a share of ${readyShare}: ${ready}`, () => {
    const status = reporting(
      workers.map((each) => [each]),
      [],
      readyShare,
    );
    assert.equal(statusIn(status, 'ready'), ready);
    assert.equal(statusIn(status, 'live'), 'UP');
  });
}

test('what the supervisor finds decides for the whole instance, in its groups only', () => {
  const down = report('disk', { status: 'DOWN', groups: ['ready', 'storage'] });
  const status = reporting([[UP]], [down]);
  assert.deepEqual(
    ['ready', undefined, 'storage', 'live', 'nobodys'].map((group) => statusIn(status, group)),
    ['DOWN', 'DOWN', 'DOWN', 'UP', undefined],
  );
  const minor = reporting([[UP]], [{ ...down, critical: false }]);
  assert.equal(statusIn(minor, 'ready'), 'UP');
  assert.equal(instanceHealth(minor, 'ready', true)?.components['disk']?.status, 'DOWN');
});

test('liveness has what workers say of it, by the same share', () => {
  const local = report('loop', { status: 'DOWN', groups: ['live'] });
  assert.equal(statusIn(reporting([[local], []]), 'live'), 'DOWN');
  assert.equal(statusIn(reporting([[local], [{ ...local, status: 'UP' }]]), 'live'), 'UP');
});

test('what a replacement has not checked yet is as its predecessor said last', () => {
  const [old, fresh] = reporting([[UP], [NEW]]).workers;
  assert.ok(old && fresh);
  const replaced = {
    ...reporting([]),
    workersWanted: 1,
    workers: [
      { ...old, state: 'draining' as const },
      { ...fresh, slot: old.slot },
    ],
  };
  assert.equal(statusIn(replaced, 'ready'), 'UP');
  const found = instanceHealth(replaced, 'ready', true)?.components['workers'];
  assert.equal(found?.components?.['1']?.components?.['db']?.status, 'UP');
});

test('callers without authentication see statuses only', () => {
  const secret = report('db', {
    status: 'DOWN',
    error: 'secret',
    peer: 'secret:1',
    details: { of: 'secret' },
  });
  const status = reporting([[secret]], [{ ...secret, name: 'own' }]);
  assert.deepEqual(instanceHealth(status, 'ready', false), {
    status: 'DOWN',
    components: {
      instance: { status: 'UP' },
      workers: {
        status: 'DOWN',
        components: { 1: { status: 'DOWN', components: { db: { status: 'DOWN' } } } },
      },
      own: { status: 'DOWN' },
    },
  });
  assert.match(JSON.stringify(instanceHealth(status, 'ready', true)), /secret/);
});
