import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { assertWritable, writeReport } from './report-file.ts';

test('a report that can’t be written is wrong usage, before anything runs', (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), 'respite-report-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = path.join(dir, 'report.html');
  assertWritable('--html', undefined);
  assertWritable('--html', file);
  writeReport(file, () => 'a report');
  assert.equal(readFileSync(file, 'utf8'), 'a report');
  assertWritable('--html', file);
  const missing = path.join(dir, 'missing', 'report.html');
  assert.throws(() => assertWritable('--html', missing), {
    code: 'RESPITE_CLI_USAGE',
    message: `--html: cannot write ${missing}: ENOENT`,
  });
  assert.throws(() => assertWritable('--junit', dir), { message: `--junit: cannot write ${dir}: EISDIR` });
  assert.throws(() => writeReport(missing, () => ''), {
    code: 'RESPITE_CLI_OUTPUT',
    message: `cannot write ${missing}: ENOENT`,
  });
});
