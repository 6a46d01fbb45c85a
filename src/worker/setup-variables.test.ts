import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkerSetup } from './protocol.ts';
import { setupVariables } from './setup-variables.ts';

/** execve(2): with its name, an equals sign and the end. */
const MAX_ARG_STRLEN = 131_072;

for (const length of [10, 99_900, 250_000]) {
  test(`a setup with a text of ${length} characters fits, in as few variables as it takes`, () => {
    const setup = { script: `/srv/naïve 漢 ${'😀'.repeat(length / 2)}` } as WorkerSetup;
    const variables = Object.entries(setupVariables(setup));
    for (const [name, value] of variables)
      assert.ok(Buffer.byteLength(`${name}=${value}`) + 1 < MAX_ARG_STRLEN, name);
    assert.deepEqual(JSON.parse(variables.map(([, value]) => value).join('')), setup);
    assert.deepEqual(
      variables.map(([name]) => name),
      variables.map((_, i) => (i === 0 ? 'RESPITE_WORKER_SETUP' : `RESPITE_WORKER_SETUP_${i}`)),
    );
    assert.equal(variables.length === 1, length === 10);
  });
}
