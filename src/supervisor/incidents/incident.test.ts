import assert from 'node:assert/strict';
import { test } from 'node:test';
import { culprit } from '../detect/crash/culprit.ts';

test('the innermost function of the user’s is named, neither Node.js’s nor ours', () => {
  const frames = [
    { functionName: 'wait', url: 'node:internal/x', line: 1, column: 1 },
    {
      functionName: 'gatedEmit',
      url: new URL('../../admission/gate.ts', import.meta.url).href,
      line: 1,
      column: 1,
    },
    { functionName: 'spin', url: 'file:///srv/app.mjs', line: 7, column: 3 },
    { functionName: '', url: '/srv/other.cjs', line: 9, column: 1 },
  ];
  assert.equal(culprit(frames), 'spin (/srv/app.mjs:7)');
  assert.equal(culprit(frames.slice(3)), 'an anonymous function (/srv/other.cjs:9)');
  assert.equal(culprit(frames.slice(0, 2)), undefined);
  assert.equal(culprit([]), undefined);
});
