import assert from 'node:assert/strict';
import { test } from 'node:test';
import { residentMb, setOomScore } from './proc.ts';

test('a process that is not there has no memory and takes no score', () => {
  assert.equal(residentMb(undefined), undefined);
  assert.equal(residentMb(2 ** 30), undefined);
  setOomScore(undefined, 1);
  setOomScore(2 ** 30, 1);
  setOomScore(process.pid, undefined);
});

test('resident memory is in MB', { skip: process.platform !== 'linux' }, () => {
  const rssMb = process.memoryUsage.rss() / 2 ** 20;
  const found = residentMb(process.pid) ?? 0;
  assert.ok(found > rssMb / 2 && found < rssMb * 2, `${found} MB, Node.js says ${rssMb} MB`);
});
