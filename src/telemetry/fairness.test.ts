import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fairnessMetrics } from './fairness.ts';
import { EMPTY_METRICS } from '../../test/harness/empty-metrics.ts';

test('between whose tenants, how many, and whether Redis answers', () => {
  const fairness = {
    scope: 'fleet',
    tenants: 12,
    largestShare: 0.25,
    instances: 8,
    exchanges: { answered: 5, unanswered: 1 },
  };
  const readings = fairnessMetrics({ ...EMPTY_METRICS, fairness }).map(({ values }) =>
    values.map(({ labels, value }) => [labels, value]),
  );
  assert.deepEqual(readings, [
    [
      [{ scope: 'fleet' }, 1],
      [{ scope: 'instance' }, 0],
      [{ scope: 'off' }, 0],
    ],
    [[{}, 12]],
    [[{}, 0.25]],
    [[{}, 8]],
    [
      [{ result: 'answered' }, 5],
      [{ result: 'unanswered' }, 1],
    ],
  ]);
  assert.deepEqual(fairnessMetrics(EMPTY_METRICS)[0]?.values[2], { labels: { scope: 'off' }, value: 1 });
});
