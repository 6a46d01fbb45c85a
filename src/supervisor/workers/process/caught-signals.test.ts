import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isCaught } from './caught-signals.ts';

/** Of a script that listens for SIGUSR2 (12) on Node.js, which itself catches SIGUSR1 (10). */
const STATUS =
  'Name:\tnode\nSigIgn:\t0000000001001000\nSigCgt:\t0000000188000a00\nCapInh:\t0000000000000000\n';

test('the mask says which signals a process catches', () => {
  assert.equal(isCaught(STATUS, 'SIGUSR2'), true);
  assert.equal(isCaught(STATUS, 'SIGUSR1'), true);
  assert.equal(isCaught(STATUS, 'SIGQUIT'), false);
});

test('where it is unknown, it may be', () => {
  assert.equal(isCaught('', 'SIGQUIT'), true);
});
