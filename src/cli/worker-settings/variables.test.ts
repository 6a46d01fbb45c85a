import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { processRedaction } from '../../core/redact.ts';
import { temporary } from './support.test.ts';
import { EnvFileVariables } from './variables.ts';

const ENV = [{ path: '.env', isOptional: false }];

test('the environment wins over files, a later file over an earlier one', (t) => {
  const dir = temporary(t, { '.env': 'A=file\nB=first\nC="with blank"', 'b.env': 'B=second' });
  const variables = new EnvFileVariables({ A: 'real' });
  assert.deepEqual(variables.read([...ENV, { path: path.join(dir, 'b.env'), isOptional: false }], dir), {
    B: 'second',
    C: 'with blank',
  });
});

test('variables that were adopted follow their file, and go when it has them no more', (t) => {
  const dir = temporary(t, { '.env': 'A=1\nB=1\nREAL=file' });
  const environment: NodeJS.ProcessEnv = { REAL: 'real' };
  const variables = new EnvFileVariables(environment);
  variables.adopt(ENV, dir);
  assert.deepEqual(environment, { REAL: 'real', A: '1', B: '1' });
  writeFileSync(path.join(dir, '.env'), 'A=2\nC=2');
  assert.deepEqual(variables.read(ENV, dir), { A: '2', B: undefined, C: '2' });
});

test('a file that is missing is named, unless it may be', (t) => {
  const dir = temporary(t, {});
  const variables = new EnvFileVariables({});
  assert.throws(() => variables.read(ENV, dir), {
    code: 'RESPITE_CLI_USAGE',
    message: /^cannot read the environment file \/.*\/\.env: ENOENT/,
  });
  assert.deepEqual(variables.read([{ path: '.env', isOptional: true }], dir), {});
  rmSync(dir, { recursive: true });
});

test('secrets of workers are hidden by the supervisor, too', (t) => {
  const dir = temporary(t, { '.env': 'SHOP_PASSWORD=sesame-open' });
  new EnvFileVariables({}).read(ENV, dir);
  assert.equal(processRedaction().redact('it said sesame-open'), 'it said ***');
});
