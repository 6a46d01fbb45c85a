import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { folderOf, isTest, sourceImports, sourceLengths } from './sources.ts';

/**
 * From the top down; an import may only point to a row below its own, or stay inside its own folder. So folders of one row,
 * such as the features, never import each other.
 */
const LAYERS: readonly (readonly string[])[] = [
  // src/index.ts: what `import 'respite'` gives.
  [''],
  ['cli'],
  ['management', 'load'],
  ['supervisor', 'adapter'],
  ['worker', 'telemetry'],
  ['outbound'],
  ['admission', 'backpressure', 'cache', 'client', 'health'],
  ['conditional'],
  ['http'],
  ['core'],
];

const layerOf = (folder: string): number => LAYERS.findIndex((row) => row.includes(folder));
const files = await sourceLengths();
const imports = await sourceImports();

test('the layers name exactly the folders that src has', () => {
  const folders = new Set([...files.keys()].map(folderOf));
  assert.deepEqual(LAYERS.flat().toSorted(), [...folders].toSorted());
});

test('imports only point down', () => {
  const wrong = imports.filter(({ from, to }) => {
    const [own, other] = [folderOf(from), folderOf(to)];
    return files.has(to) && own !== other && layerOf(other) <= layerOf(own);
  });
  assert.deepEqual(
    wrong.map(({ from, to }) => `${from} → ${to}`),
    [],
  );
});

/** The rooms of the supervisor, from the top down, and the files that all of them may use. */
const ROOMS = ['instance', 'quarantine', 'outage', 'incidents', 'detect', 'workers'];
const FOR_ALL_ROOMS = ['causes.ts', 'log.ts'];

test('rooms of the supervisor only import rooms below them', () => {
  const partOf = (file: string): string | undefined => /^supervisor\/([^/]+)/.exec(file)?.[1];
  const parts = new Set([...files.keys()].map(partOf).filter((part) => part !== undefined));
  assert.deepEqual([...parts].toSorted(), [...ROOMS, ...FOR_ALL_ROOMS, 'index.ts'].toSorted());
  const wrong = imports.filter(({ from, to }) => {
    const [own, other] = [partOf(from), partOf(to)];
    if (own === undefined || other === undefined || own === other || own === 'index.ts') return false;
    // Tests of a room may be about what it is for.
    if (isTest(from) || FOR_ALL_ROOMS.includes(other)) return false;
    return !ROOMS.includes(own) || ROOMS.indexOf(other) <= ROOMS.indexOf(own);
  });
  assert.deepEqual(
    wrong.map(({ from, to }) => `${from} → ${to}`),
    [],
  );
});

/** Tests share what stands in `test/harness`. */
function isHarness(from: string, to: string): boolean {
  return (
    isTest(from) &&
    to.startsWith('../test/harness/') &&
    existsSync(path.resolve(import.meta.dirname, '../../src', to))
  );
}

test('every path that is imported is a file', () => {
  const paths = imports.filter(({ to }) => to.endsWith('.ts'));
  assert.ok(paths.length > 1000, `only ${paths.length} imports were found`);
  assert.deepEqual(
    paths.filter(({ from, to }) => !files.has(to) && !isHarness(from, to)),
    [],
  );
});

test('core imports only itself and Node.js', () => {
  const wrong = imports.filter(
    ({ from, to }) => folderOf(from) === 'core' && folderOf(to) !== 'core' && !to.startsWith('node:'),
  );
  assert.deepEqual(
    wrong.filter(({ from, to }) => !(isTest(from) && to === 'fast-check') && !isHarness(from, to)),
    [],
  );
});
