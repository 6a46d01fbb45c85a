import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { ReadOnce } from './read-once.ts';

test('a change is told once; so are a file that goes and one that comes', (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'respite-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const [first, second] = [path.join(dir, 'respite.config.mjs'), path.join(dir, '.env')];
  writeFileSync(first, 'a');
  const files = new ReadOnce([first, second]);
  assert.deepEqual(files.changed(), []);
  writeFileSync(first, 'another');
  writeFileSync(second, 'A=1');
  assert.deepEqual(files.changed(), [first, second]);
  assert.deepEqual(files.changed(), []);
  rmSync(first);
  assert.deepEqual(files.changed(), [first]);
});
