import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InstanceState, WorkerState } from '../supervisor/index.ts';
import { type HealthStatus, liveness, overallHealth, readiness } from './health.ts';
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

for (const [state, workers, ready, live] of TABLE) {
  test(`${state} with ${workers.join(', ') || 'no worker'}: readiness ${ready}, liveness ${live}`, () => {
    const status = statusOf(state, workers);
    assert.equal(readiness(status).status, ready);
    assert.equal(overallHealth(status).status, ready);
    assert.equal(liveness(status).status, live);
  });
}

test('the shape is that of Spring Boot Actuator, and tells how long a worker has been silent', () => {
  assert.deepEqual(readiness(statusOf('running', ['unresponsive', 'starting'])), {
    status: 'DOWN',
    components: {
      instance: { status: 'UP', details: { state: 'running' } },
      workers: {
        status: 'DOWN',
        details: {
          wanted: 2,
          ready: 0,
          starting: 1,
          draining: 0,
          unresponsive: [{ slot: 1, pid: 101, silentForMs: 4000 }],
        },
      },
    },
  });
});
