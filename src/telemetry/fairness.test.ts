import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fairnessMetrics } from './fairness.ts';

const NOTHING = {
  workers: [],
  restarts: {},
  incidentCounts: { ended: {}, open: {} },
  totals: {
    duration: { boundsSeconds: [], series: [] },
    requests: [],
    connectionsRefused: 0,
    instruments: [],
  },
};

test('between whose tenants, how many, and whether Redis answers', () => {
  const fairness = {
    scope: 'fleet',
    tenants: 12,
    largestShare: 0.25,
    instances: 8,
    exchanges: { answered: 5, unanswered: 1 },
  };
  const readings = fairnessMetrics({ ...NOTHING, fairness }).map(({ values }) =>
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
  assert.deepEqual(fairnessMetrics(NOTHING)[0]?.values[2], { labels: { scope: 'off' }, value: 1 });
});
