// The check at the end of `npm run test:mutation`, and the scores that it compares with.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { judge, LOWEST_SCORE, scoreOf } from '../mutation/score.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

const results = (statuses: string): { readonly status: string }[] =>
  statuses.split(' ').map((status) => ({ status }));

test('the score is the share of valid mutants that were detected, rounded down', () => {
  assert.equal(scoreOf(results('Killed Timeout Survived')), 66.6);
  assert.equal(scoreOf(results('Killed NoCoverage')), 50);
  assert.equal(scoreOf(results('Killed Survived RuntimeError CompileError Ignored')), 50);
  assert.equal(scoreOf([]), 0);
});

test('a score below the recorded one or below the minimum does not pass', () => {
  assert.ok(judge('a', 85, 85).passes);
  assert.ok(!judge('a', 84.9, 85).passes);
  assert.ok(judge('a', LOWEST_SCORE, undefined).passes);
  assert.ok(!judge('a', LOWEST_SCORE - 0.1, undefined).passes);
  assert.ok(!judge('a', LOWEST_SCORE - 0.1, 10).passes);
  assert.match(judge('a/b', 84.9, 85).message, /^a\/b: .* 84\.9 % .* 85 % are required/);
});

test('each recorded score belongs to a folder that exists and reaches the minimum', () => {
  const text = readFileSync(path.join(ROOT, 'test/mutation/scores.json'), 'utf8');
  const scores = Object.entries(JSON.parse(text) as Record<string, number>);
  for (const [folder, score] of scores) {
    assert.ok(existsSync(path.join(ROOT, 'src', folder)), folder);
    assert.ok(score >= LOWEST_SCORE, `${folder}: ${score}`);
  }
});
