import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UncaughtError } from '../../../worker/index.ts';
import { typescriptAdvice } from './typescript-advice.ts';

const endedWith = (name: string, code: string | undefined, message = ''): UncaughtError => ({
  kind: 'uncaught',
  origin: 'uncaughtException',
  chain: [{ name, code, message, frames: [] }],
});

test('TypeScript that Node.js can not run gets the command that can', () => {
  for (const [script, error] of [
    ['/a/server.ts', endedWith('SyntaxError', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')],
    ['/a/bin/www', endedWith('SyntaxError', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')],
    ['/a/server.ts', endedWith('SyntaxError', undefined, 'Invalid or unexpected token')],
    [
      '/a/server.tsx',
      endedWith('TypeError', 'ERR_UNKNOWN_FILE_EXTENSION', 'Unknown file extension ".tsx" for /a/server.tsx'),
    ],
    [
      '/a/server.ts',
      endedWith('Error', 'ERR_MODULE_NOT_FOUND', "Cannot find module '/a/b.js' imported from /a/server.ts"),
    ],
  ] as const)
    assert.match(
      typescriptAdvice(error, script) ?? '',
      /npm install tsx, then respite run --node-arg=--import=tsx /,
    );
});

test('other errors get none', () => {
  assert.equal(typescriptAdvice(undefined, '/a.ts'), undefined);
  assert.equal(typescriptAdvice(endedWith('TypeError', undefined), '/a.ts'), undefined);
  assert.equal(typescriptAdvice(endedWith('SyntaxError', undefined), '/a.js'), undefined);
  assert.equal(
    typescriptAdvice(endedWith('Error', 'ERR_MODULE_NOT_FOUND', 'imported from /a/server.js'), '/a.js'),
    undefined,
  );
});
