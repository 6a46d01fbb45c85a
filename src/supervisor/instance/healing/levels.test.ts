import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../../detect/detectors/index.ts';
import { Levels } from './levels.ts';

const HOUR_MS = 3_600_000;

const heap = (growth: Finding['growth']): Finding => ({
  cause: 'gc-death-spiral',
  severity: 'replace',
  summary: '86 % of the heap is alive',
  facts: ['seen'],
  growth,
});

test('a worker is replaced once for a level that does not grow, then it is only reported, for an hour', () => {
  const levels = new Levels();
  assert.equal(levels.judge(1, heap('steady'), 0), 'replace');
  levels.replaced(1, 1, 'gc-death-spiral', 0);
  assert.equal(levels.judge(1, heap('unknown'), 5000), 'wait', 'the new worker has just begun');
  const report = levels.judge(1, heap('steady'), 20_000);
  assert.ok(typeof report === 'object');
  assert.deepEqual([report.severity, report.cause], ['report', 'gc-death-spiral']);
  assert.match(
    report.summary,
    /alive; worker 1 was replaced for the same 20 s ago, and it does not grow: the server needs it$/,
  );
  assert.equal(levels.judge(1, heap('steady'), HOUR_MS), 'replace');
});

test('a level that grows is a leak each time; another slot, another cause and what is no level are not concerned', () => {
  const levels = new Levels();
  levels.replaced(1, 1, 'gc-death-spiral', 0);
  assert.equal(levels.judge(1, heap('grows'), 20_000), 'replace');
  assert.equal(levels.judge(2, heap('steady'), 20_000), 'replace');
  assert.equal(levels.judge(1, { ...heap('steady'), cause: 'memory-leak' }, 20_000), 'replace');
  assert.equal(levels.judge(1, heap(undefined), 20_000), 'replace');
});
