import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { parseShape } from '../../load/index.ts';
import { writeShape } from './file.ts';
import { Gathered } from './gathered.ts';

const at = (ms: number, kind: number): readonly [number, number, number, number] => [ms, kind, 0, -1];

test('what the workers have recorded is put in order, with one table of routes', () => {
  const gathered = new Gathered();
  gathered.add({ worker: 1, routes: ['GET /a', 'GET /b'], requests: [at(30, 1), at(10, 0)] });
  gathered.add({ worker: 2, routes: ['GET /b'], requests: [at(20, 0), at(1001, 0)] });
  gathered.add({ worker: 1, routes: ['GET /c'], requests: [at(5, 2)] });
  const { atMs, kinds, routes } = gathered.shape(new Date(0), 1000, 0);
  assert.deepEqual(
    Array.from(atMs, (ms, i) => [ms, routes[kinds[i] ?? 0]?.route]),
    [
      [5, '/c'],
      [10, '/a'],
      [20, '/b'],
      [30, '/b'],
      [1000, '/b'],
    ],
  );
  assert.throws(
    () => gathered.add({ worker: 3, routes: [], requests: [at(1, 0)] }),
    /worker 3 has named no route 0/,
  );
});

test('there is room for many, and the file is whole or not there', (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'respite-shape-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const gathered = new Gathered();
  const requests = Array.from({ length: 50_000 }, (_, i) => at(i, 0));
  gathered.add({ worker: 1, routes: ['GET /a'], requests });
  const shape = gathered.shape(new Date(0), 60_000, 2);
  const file = path.join(directory, 'a.shape');
  const bytes = writeShape(file, shape);
  const text = readFileSync(file, 'utf8');
  assert.equal(bytes, text.length);
  assert.deepEqual(parseShape(text, file), shape);
  assert.deepEqual(readdirSync(directory), ['a.shape']);
  const elsewhere = path.join(directory, 'none', 'a.shape');
  assert.throws(() => writeShape(elsewhere, shape), {
    code: 'RESPITE_CLI_SHAPE',
    message: /cannot write .*ENOENT/,
  });
  assert.equal(existsSync(elsewhere), false);
});
