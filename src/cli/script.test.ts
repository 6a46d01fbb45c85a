import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { resolveScript } from './script.ts';

const HERE = import.meta.dirname;
const ENDINGS = '.js .mjs .cjs .ts .mts .cts';

test('a script becomes its absolute path', () => {
  assert.equal(resolveScript(HERE, './script.ts'), path.join(HERE, 'script.ts'));
  assert.equal(resolveScript('/', path.join(HERE, 'script.ts')), path.join(HERE, 'script.ts'));
});

for (const [given, message] of [
  ['nowhere.js', `cannot find ${HERE}/nowhere.js`],
  ['config', `${HERE}/config is a directory, a script file is needed`],
  ['script', `${HERE}/script is no script, its name must end in ${ENDINGS}`],
  [
    '../../package.json',
    `${path.resolve(HERE, '../../package.json')} is no script, its name must end in ${ENDINGS}`,
  ],
  ['script.ts/x.js', `cannot find ${HERE}/script.ts/x.js`],
] as const) {
  test(`refused: ${given}`, () => {
    assert.throws(() => resolveScript(HERE, given), { code: 'RESPITE_CLI_USAGE', message });
  });
}
