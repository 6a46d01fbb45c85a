import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeEnvFiles } from './env-files.ts';

test('both ways to write an option, and both options', () => {
  const { files, rest } = takeEnvFiles([
    '--env-file=.env',
    '--import',
    'tsx',
    '--env-file',
    '/b',
    '--env-file-if-exists=c=d',
    '--env-file-if-exists',
    'e',
  ]);
  assert.deepEqual(files, [
    { path: '.env', isOptional: false },
    { path: '/b', isOptional: false },
    { path: 'c=d', isOptional: true },
    { path: 'e', isOptional: true },
  ]);
  assert.deepEqual(rest, ['--import', 'tsx']);
});

test('what only looks alike stays, and an option without a file names none', () => {
  assert.deepEqual(takeEnvFiles(['--env-files=x', '-r', 'a', '--env-file']), {
    files: [],
    rest: ['--env-files=x', '-r', 'a'],
  });
});
