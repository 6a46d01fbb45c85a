import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogTail, markLines } from './log-tail.ts';

test('keeps the end of it', () => {
  const tail = new LogTail();
  tail.add('x'.repeat(70_000));
  tail.add('end\n');
  assert.equal(tail.text.length, 64 * 1024);
  assert.ok(tail.text.endsWith('xend\n'));
});

test('lines say what they point to', () => {
  const marks = (text: string): (string | undefined)[] => markLines(text, 10).map(({ mark }) => mark);
  assert.deepEqual(
    marks(
      [
        'listening 3000',
        'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
        'Error: connect ECONNREFUSED 127.0.0.1:5432',
        'Error: ENOSPC: no space left on device, write',
        'Error: EMFILE: too many open files',
        '{"level":50,"msg":"no"}',
        'no errors here: terrors',
        '',
      ].join('\n'),
    ),
    [undefined, 'out of memory', 'connection', 'disk full', 'out of descriptors', 'error', undefined],
  );
  assert.deepEqual(
    markLines('a\nb\nc', 2).map(({ text }) => text),
    ['b', 'c'],
  );
});
