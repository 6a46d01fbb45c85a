import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutEnvironment } from './insight.ts';

test('no thread’s part of a diagnostic report has the environment', () => {
  const environmentVariables = { A: 'b' };
  const inner = { header: 1, environmentVariables, workers: [] };
  const report = { header: 0, environmentVariables, workers: [{ ...inner, workers: [inner] }] };
  assert.deepEqual(withoutEnvironment(report), {
    header: 0,
    workers: [{ header: 1, workers: [{ header: 1, workers: [] }] }],
  });
  assert.deepEqual(report.environmentVariables, environmentVariables, 'the caller’s stays');
});
