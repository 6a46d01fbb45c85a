import assert from 'node:assert/strict';
import { closeSync, fstatSync, mkdtempSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openCounterFile } from './open-file.ts';

test('the file is where it can be, for us alone, and has no name', (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'respite-open-file-'));
  const descriptor = openCounterFile([path.join(directory, 'missing'), directory]) ?? assert.fail();
  t.after(() => {
    closeSync(descriptor);
    rmSync(directory, { recursive: true });
  });
  assert.deepEqual(readdirSync(directory), []);
  assert.equal(fstatSync(descriptor).mode & 0o777, 0o600);
  assert.equal(writeSync(descriptor, 'x'), 1);
});

test('where none can be made there is none', () => {
  assert.equal(openCounterFile(['/proc/missing']), undefined);
});
