import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

/** From the top down; an import may only point to a row below its own, or stay inside its own folder. */
const LAYERS: readonly (readonly string[])[] = [
  ['cli'],
  ['management', 'load'],
  ['supervisor', 'adapter'],
  ['worker', 'telemetry'],
  ['admission', 'health', 'cache', 'backpressure', 'client'],
  ['core'],
];

/** Too heavy for a process that must stay the user's own; see docs/design. */
const HEAVY = new Set(['zod', 'pino', 'pino-pretty', 'commander']);
const IN_THE_WORKER = new Set(['core', 'admission', 'worker', 'health', 'cache', 'backpressure', 'client']);

const src = path.resolve(import.meta.dirname, '../../src');
const layerOf = (folder: string): number => LAYERS.findIndex((row) => row.includes(folder));
const folderOf = (file: string): string => path.relative(src, file).split(path.sep)[0] ?? '';

async function imports(): Promise<{ from: string; to: string }[]> {
  const found: { from: string; to: string }[] = [];
  for await (const file of glob('**/*.ts', { cwd: src })) {
    const from = path.join(src, file);
    // Without the examples in comments.
    const code = readFileSync(from, 'utf8').replaceAll(/^ *\*.*$/gm, '');
    for (const [, to] of code.matchAll(
      /(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+|\brequire\(\s*)['"]([^'"]+)['"]/g,
    )) {
      if (to !== undefined) found.push({ from, to });
    }
  }
  return found;
}

test('every folder of src has a layer', async () => {
  for await (const entry of glob('*/', { cwd: src, withFileTypes: true })) {
    if (entry.isDirectory()) assert.notEqual(layerOf(entry.name), -1, `src/${entry.name} is in no layer`);
  }
});

test('imports only point down', async () => {
  const wrong: string[] = [];
  for (const { from, to } of await imports()) {
    if (!to.startsWith('.') || path.dirname(from) === src) continue;
    const target = path.resolve(path.dirname(from), to);
    const [own, other] = [folderOf(from), folderOf(target)];
    if (own !== other && layerOf(other) <= layerOf(own)) wrong.push(`${path.relative(src, from)} → ${to}`);
  }
  assert.deepEqual(wrong, []);
});

test('core imports nothing but node:', async () => {
  const wrong = (await imports()).filter(
    ({ from, to }) => folderOf(from) === 'core' && !to.startsWith('.') && !to.startsWith('node:'),
  );
  const outside = wrong.filter(({ from, to }) => !(from.endsWith('.test.ts') && to === 'fast-check'));
  assert.deepEqual(outside, []);
});

test('nothing heavy is loaded inside the user’s process', async () => {
  const wrong = (await imports()).filter(
    ({ from, to }) => IN_THE_WORKER.has(folderOf(from)) && HEAVY.has(to),
  );
  assert.deepEqual(wrong, []);
});

test('OpenTelemetry is the user’s: nothing of it is imported', async () => {
  const wrong = (await imports()).filter(({ to }) => to.startsWith('@opentelemetry/'));
  assert.deepEqual(wrong, []);
});
