import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseStack } from './stack-text.ts';

const LINES = [
  {
    text: '    at later (file:///srv/app.mjs:5:53)',
    frame: { functionName: 'later', url: 'file:///srv/app.mjs', line: 5, column: 53 },
  },
  {
    text: '    at /srv/app (old)/index.cjs:7:1',
    frame: { functionName: '', url: '/srv/app (old)/index.cjs', line: 7, column: 1 },
  },
  {
    text: '    at Timeout.later [as _onTimeout] (file:///srv/app.mjs:5:53)',
    frame: { functionName: 'Timeout.later [as _onTimeout]', url: 'file:///srv/app.mjs', line: 5, column: 53 },
  },
  {
    text: '    at async file:///srv/app.mjs:2:1',
    frame: { functionName: '', url: 'file:///srv/app.mjs', line: 2, column: 1 },
  },
  {
    text: '    at process.exit (node:internal/process/per_thread:236:15)',
    frame: {
      functionName: 'process.exit',
      url: 'node:internal/process/per_thread',
      line: 236,
      column: 15,
    },
  },
] as const;

for (const { text, frame } of LINES) {
  test(`a frame: ${text.trim()}`, () => {
    assert.deepEqual(parseStack(`Error: said: at night\n${text}`), [frame]);
  });
}

test('what is no place is left out', () => {
  assert.deepEqual(
    parseStack('Error: x\n  at home\n    at Promise.all (index 0)\n    at <anonymous>\n    at native'),
    [],
  );
});

test('a stack as V8 writes it', () => {
  const [frame] = parseStack(String(new Error('with (brackets):1:2').stack));
  assert.ok(frame?.url.endsWith('stack-text.test.ts') && frame.line > 0);
});
