import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Incident } from './incident.ts';
import { RecentIncidents } from './recent-incidents.ts';

const incident = (id: string, summary: string = ''): Incident => ({ id, summary }) as Incident;

test('the last twenty, each as it was last told of', () => {
  const recent = new RecentIncidents();
  for (let i = 10; i < 35; i += 1) recent.keep(incident(String(i)));
  recent.keep(incident('20', 'replaced'));
  const ids = recent.all.map(({ id }) => id);
  assert.deepEqual([ids.length, ids[0], ids.at(-1)], [20, '15', '34']);
  assert.equal(recent.all.find(({ id }) => id === '20')?.summary, 'replaced');
});
