import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkConfig } from './check.ts';

const SECTIONS = 'admission, backpressure, client, supervisor, health, management, notify, drills';

/** What only a configuration file can get wrong. */
const INVALID_FILE: readonly (readonly [config: unknown, problems: readonly string[]])[] = [
  [
    { backpressure: {} },
    ['backpressure.limitBytes must be a whole number of at least 1048576, got undefined'],
  ],
  [
    { backpressure: { limitBytes: 1e9, evictFirst: 'newest', slowPeer: { graceMs: 1 } } },
    [
      'backpressure.evictFirst must be one of largest, oldest, got "newest"',
      'backpressure.slowPeer.graceMs must be a whole number of at least 100, got 1',
    ],
  ],
  [null, ['the configuration must be an object, got null']],
  [() => ({}), ['the configuration must be an object, got a function']],
  [{ admision: {} }, [`admision is not an option; known are ${SECTIONS}`]],
  [{ admission: { routes: 'x' } }, ['admission.routes must be an object, got "x"']],
  [
    { admission: { routes: { '/x': { cost: () => 1 } } } },
    ['admission.routes["/x"].cost must be a number greater than 0, got a function'],
  ],
  [{ admission: { exempt: '/a' } }, ['admission.exempt must be an array of routes, got "/a"']],
  [
    { supervisor: { workers: 'all', listeningCopies: 1e300 }, extra: 1 },
    [
      `extra is not an option; known are ${SECTIONS}`,
      'supervisor.workers must be a whole number from 1 to 1024, or auto, got "all"',
      'supervisor.listeningCopies must be a whole number from 1 to 256, got 1e+300',
    ],
  ],
];

for (const [config, problems] of INVALID_FILE) {
  test(`invalid: ${problems.join(' and ')}`, () => {
    assert.deepEqual(checkConfig(config), { ok: false, problems });
  });
}
