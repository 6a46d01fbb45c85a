import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspectFlags } from './inspect-flags.ts';

const flags = (line: string): string =>
  inspectFlags(line.split(' '), (option) => option === '--workers').join(' ');

test('what debuggers need is handed to Node.js in the workers', () => {
  assert.equal(flags('run --inspect server.js'), 'run --inspect=--inspect server.js');
  assert.equal(flags('run --inspect-brk=9300 server.js'), 'run --inspect=--inspect-brk=9300 server.js');
  assert.equal(
    flags('run --workers 2 --dry-run --inspect server.js'),
    'run --workers 2 --dry-run --inspect=--inspect server.js',
  );
});

test('but not what comes after the script, nor of other commands or options', () => {
  for (const line of [
    'run server.js --inspect',
    'run --workers 2 server.js --inspect',
    'run -- --inspect',
    'status --inspect',
    'run --inspector server.js',
  ])
    assert.equal(flags(line), line);
});
