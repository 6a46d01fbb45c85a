import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { StackFrame } from '../../../worker/index.ts';
import { withSourceLines } from './source-lines.ts';

const frame = (url: string, line: number): StackFrame => ({ functionName: 'f', url, line, column: 1 });

test('shows the lines around, of files that are there and are the user’s', async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'respite-source-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'server.js');
  writeFileSync(file, ['one', 'two', 'three', 'four', 'five', 'six', 'seven'].join('\n'));
  const [esm, commonjs, ...others] = await withSourceLines([
    frame(pathToFileURL(file).href, 2),
    frame(file, 5),
    frame('node:internal/timers', 1),
    frame('file:///x/node_modules/y/z.js', 1),
    frame(import.meta.url, 1),
    frame('file:///gone.js', 1),
    frame('', 1),
  ]);
  assert.deepEqual(
    esm?.lines.map(({ number, text }) => `${number} ${text}`),
    ['1 one', '2 two', '3 three', '4 four', '5 five'],
  );
  assert.deepEqual(
    commonjs?.lines.map(({ number }) => number),
    [2, 3, 4, 5, 6, 7],
  );
  assert.ok(others.every(({ lines }) => lines.length === 0));
});
