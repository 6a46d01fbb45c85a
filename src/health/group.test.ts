import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HealthStatus } from '../core/health-link.ts';
import { groupHealth, groupStatus, worstStatus } from './group.ts';
import { reportOf } from '../core/support.test.ts';

const WORST: readonly (readonly [found: readonly HealthStatus[], worst: HealthStatus])[] = [
  [[], 'UP'],
  [['UP', 'UNKNOWN'], 'UNKNOWN'],
  [['UNKNOWN', 'OUT_OF_SERVICE'], 'OUT_OF_SERVICE'],
  [['OUT_OF_SERVICE', 'UP', 'DOWN'], 'DOWN'],
];

for (const [found, worst] of WORST) {
  test(`the worst of ${found.join(', ') || 'none'} is ${worst}`, () =>
    assert.equal(worstStatus(found), worst));
}

test('only what is critical and belongs to a group decides about it', () => {
  const reports = [
    reportOf('a', { status: 'DOWN', critical: false }),
    reportOf('b', { status: 'DOWN', groups: ['billing'] }),
    reportOf('c'),
  ];
  assert.equal(groupStatus(reports, 'ready'), 'UP');
  assert.equal(groupStatus(reports, 'billing'), 'DOWN');
  assert.equal(groupStatus(reports), 'DOWN');
  assert.deepEqual(groupHealth(reports, 'ready', false), {
    status: 'UP',
    components: { a: { status: 'DOWN' }, c: { status: 'UP' } },
  });
});

test('authenticated callers see details', () => {
  const report = reportOf('db', { status: 'DOWN', details: { rows: 3 }, durationMs: 1.234 });
  const { components } = groupHealth([report], undefined, true);
  assert.deepEqual(JSON.parse(JSON.stringify(components)), {
    db: {
      status: 'DOWN',
      details: {
        rows: 3,
        peer: 'db:1',
        critical: true,
        error: 'refused',
        since: '1970-01-01T00:00:01.000Z',
        durationMs: 1.2,
        checkedAt: '1970-01-01T00:00:02.000Z',
      },
    },
  });
});
