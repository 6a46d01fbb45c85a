import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { loadConfig } from './load.ts';
import { readConfig } from './read.ts';

function directory(t: TestContext, files: Readonly<Record<string, string>>): string {
  const created = mkdtempSync(path.join(tmpdir(), 'respite-config-'));
  t.after(() => rmSync(created, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(created, name), text);
  return created;
}

test('without a configuration everything is default', async (t) => {
  assert.deepEqual(await loadConfig(directory(t, {}), undefined), {});
});

for (const [name, text] of [
  ['respite.config.ts', 'const limit: number = 7; export default { admission: { limit } };'],
  ['respite.config.mjs', 'export default { admission: { limit: 7 } };'],
  ['respite.config.js', 'module.exports = { admission: { limit: 7 } };'],
  ['respite.config.json', '{ "admission": { "limit": 7 } }'],
] as const) {
  test(`${name} is found`, async (t) => {
    assert.deepEqual(await loadConfig(directory(t, { [name]: text }), undefined), {
      admission: { limit: 7 },
    });
  });
}

test('a named file is read instead of the usual one', async (t) => {
  const cwd = directory(t, { 'respite.config.json': '{"admission":{}}', 'other.json': '{"supervisor":{}}' });
  assert.deepEqual(await loadConfig(cwd, 'other.json'), { supervisor: {} });
});

test('what is wrong names the file, a line for each problem', async (t) => {
  const cwd = directory(t, { 'respite.config.json': '{"admission":{"limit":0},"x":1}' });
  await assert.rejects(loadConfig(cwd, undefined), {
    code: 'RESPITE_CLI_USAGE',
    message:
      'respite.config.json: x is not an option; known are admission, backpressure, client, supervisor, health, management, notify, drills\n' +
      'respite.config.json: admission.limit must be a whole number of at least 1, or adaptive, got 0',
  });
});

test('a file that cannot be read names itself and the error', async (t) => {
  const cwd = directory(t, {
    'throws.mjs': 'throw new TypeError("no such thing\\nmore")',
    'syntax.json': '{',
    'empty.mjs': 'export const admission = {};',
  });
  const message = async (name: string): Promise<string> => {
    const error: unknown = await loadConfig(cwd, name).catch((reason: unknown) => reason);
    assert.ok(error instanceof Error && 'code' in error && error.code === 'RESPITE_CLI_USAGE');
    return error.message;
  };
  assert.equal(await message('missing.ts'), `cannot find the configuration ${cwd}/missing.ts`);
  assert.equal(await message('throws.mjs'), `cannot load ${cwd}/throws.mjs: TypeError: no such thing`);
  assert.match(await message('syntax.json'), /^cannot load .*\/syntax\.json: SyntaxError: .+$/);
  assert.equal(await message('empty.mjs'), `${cwd}/empty.mjs must export its configuration as default`);
});

test('a configuration that takes too long is an error', async (t) => {
  // As a configuration does that waits for a server: otherwise the process would end before that.
  const waiting = setInterval(() => {}, 1000);
  t.after(() => clearInterval(waiting));
  const cwd = directory(t, { 'respite.config.mjs': 'await new Promise(() => {}); export default {};' });
  await assert.rejects(readConfig(path.join(cwd, 'respite.config.mjs'), 50), {
    code: 'RESPITE_CLI_USAGE',
    message: /^cannot load .*: Error: an await in it has not settled after 0\.05 s$/,
  });
});
