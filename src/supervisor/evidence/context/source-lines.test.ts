import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withSourceLines } from './source-lines.ts';

const frame = (
  url: string,
  line: number,
): { functionName: string; url: string; line: number; column: number } => ({
  functionName: 'f',
  url,
  line,
  column: 1,
});

test('shows the lines around, of files that are there and are the user’s', async () => {
  const [own, path, internal, package_, gone] = await withSourceLines([
    frame(import.meta.url, 2),
    frame(import.meta.filename, 3),
    frame('node:internal/timers', 1),
    frame('file:///x/node_modules/y/z.js', 1),
    frame('file:///gone.js', 1),
  ]);
  assert.deepEqual(own?.lines[1], { number: 2, text: "import { test } from 'node:test';" });
  assert.deepEqual([own?.lines.length, path?.lines.length], [5, 6]);
  assert.deepEqual([internal?.lines, package_?.lines, gone?.lines], [[], [], []]);
});
