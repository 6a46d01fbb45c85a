// In which files the build puts what a start always loads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Chunk, chunkNames, cycleIn, STAGES } from '../../scripts/chunks.ts';

const LATE = STAGES.supervisor.filter((name) => name !== 'supervisor/instance/supervisor');

const chunk = (fileName: string, imports: readonly string[], ...more: readonly string[]): Chunk => ({
  fileName,
  imports,
  moduleIds: [fileName, ...more],
});

const chunks: readonly Chunk[] = [
  chunk('cli/main', ['errors', 'flags', 'words']),
  chunk('worker/start', ['errors', 'limits']),
  chunk('supervisor/instance/supervisor', ['errors', 'slots', 'pool']),
  chunk('index', ['limits', 'errors']),
  ...LATE.map((name) => chunk(name, ['pool'])),
  chunk('errors', [], 'error-codes'),
  chunk('flags', ['words']),
  chunk('words', []),
  chunk('limits', ['errors']),
  chunk('pool', ['slots']),
  chunk('slots', []),
  chunk('on-demand', ['errors']),
];

test('modules are together when the same stages and entries load them', () => {
  const names = chunkNames(chunks, ['index'], (name) => name);
  assert.equal(names.get('flags'), 'command');
  assert.equal(names.get('words'), names.get('flags'));
  assert.equal(names.get('pool'), 'supervisor');
  assert.equal(names.get('slots'), names.get('pool'));
  assert.equal(names.get('errors'), 'command-supervisor-worker');
  assert.equal(names.get('error-codes'), names.get('errors'));
  assert.match(names.get('limits') ?? '', /^worker/);
});

test('entries and what no start loads are left to the bundler', () => {
  const names = chunkNames(chunks, ['index'], (name) => name);
  for (const id of ['index', 'worker/start', 'on-demand']) assert.equal(names.get(id), undefined, id);
});

test('a module that a start asks for by name is with the others when they import it', () => {
  const folder = 'supervisor/incidents/evidence/folder';
  const importing = chunks.map((each) =>
    each.fileName === 'pool' ? chunk('pool', [...each.imports, folder]) : each,
  );
  assert.equal(chunkNames(chunks, ['index'], (name) => name).get(folder), undefined);
  assert.equal(chunkNames(importing, ['index'], (name) => name).get(folder), 'supervisor');
});

test('what users’ code loads is not together with what only a worker loads', () => {
  const own = chunk('own', []);
  const withOwn = chunks.map((each) =>
    each.fileName === 'worker/start' ? chunk('worker/start', [...each.imports, 'own']) : each,
  );
  const names = chunkNames([...withOwn, own], ['index'], (name) => name);
  assert.notEqual(names.get('own'), names.get('limits'));
});

test('a stage whose module is in no file is an error', () => {
  assert.throws(() => chunkNames(chunks, ['missing'], (name) => name), /missing is in no file/);
});

test('files that import each other are found, with the way round', () => {
  assert.equal(cycleIn(chunks), undefined);
  const round = [chunk('a', ['b', 'words']), chunk('b', ['c']), chunk('c', ['b']), chunk('words', [])];
  assert.deepEqual(cycleIn(round), ['b', 'c', 'b']);
  assert.deepEqual(cycleIn([chunk('own', ['own'])]), ['own', 'own']);
});
