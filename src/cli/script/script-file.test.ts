import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { resolveScript } from './script-file.ts';

const HERE = import.meta.dirname;

test('a script becomes its absolute path', () => {
  assert.equal(resolveScript(HERE, './target.ts'), path.join(HERE, 'target.ts'));
  assert.equal(resolveScript('/', path.join(HERE, 'target.ts')), path.join(HERE, 'target.ts'));
});

for (const given of ['nowhere.js', 'target.ts/x.js']) {
  test(`refused: ${given}`, () => {
    const message = `cannot find ${HERE}/${given}`;
    assert.throws(() => resolveScript(HERE, given), { code: 'RESPITE_CLI_USAGE', message });
  });
}
