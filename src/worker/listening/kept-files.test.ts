import assert from 'node:assert/strict';
import fs from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'node:test';
import type { BoundAddress } from '../protocol.ts';
import { KeptFiles } from './kept-files.ts';

/** Node.js's module as it is, for this test only. */
const module = { ...fs, promises: { ...fs.promises } };
const folder = mkdtempSync(path.join(tmpdir(), 'respite-kept-'));
process.once('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'app.sock');
const bound: BoundAddress = { address: file, port: -1, family: 'unix', file: '1:1' };

const WAYS: readonly [string, (name: string) => unknown][] = [
  ['unlinkSync', (name) => module.unlinkSync(name)],
  ['unlinkSync of a URL', (name) => module.unlinkSync(pathToFileURL(name))],
  ['unlinkSync of a buffer', (name) => module.unlinkSync(Buffer.from(name))],
  ['unlinkSync of a relative path', (name) => module.unlinkSync(path.relative('', name))],
  ['rmSync', (name) => module.rmSync(name, { force: true })],
  ['unlink', async (name) => promisify(module.unlink)(name)],
  ['rm', async (name) => promisify(module.rm)(name, { force: true })],
  ['promises.unlink', async (name) => module.promises.unlink(name)],
  ['promises.rm', async (name) => module.promises.rm(name)],
];

test('nothing is replaced before there is a file to keep', () => {
  const files = new KeptFiles(module);
  files.keep('abstract', { ...bound, file: undefined });
  assert.equal(module.unlinkSync, fs.unlinkSync);
});

test('a file that is kept stays, whichever way it is removed, and other files go', async () => {
  const files = new KeptFiles(module);
  files.keep('key', bound);
  const other = path.join(folder, 'other');
  for (const [name, remove] of WAYS) {
    fs.writeFileSync(file, '');
    fs.writeFileSync(other, '');
    await remove(file);
    await remove(other);
    assert.deepEqual([fs.existsSync(file), fs.existsSync(other)], [true, false], name);
  }
  files.free('key');
  await module.promises.unlink(file);
  assert.ok(!fs.existsSync(file));
  assert.throws(() => module.unlinkSync(file), { code: 'ENOENT' });
});
