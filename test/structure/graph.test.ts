// The tests of this folder say that nothing was found; these say that it would be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chainTo, cyclesIn, loadedBy } from './graph.ts';
import { type Import, importsOf } from './sources.ts';

const loads = (from: string, to: string): Import => ({ from, to, isTypeOnly: false });
const names = (from: string, to: string): Import => ({ from, to, isTypeOnly: true });

test('an import is type-only when Node.js erases it whole', () => {
  const code = `
    import type { A } from './a.ts';
    import { type B } from './b.ts';
    import type from './c.ts';
    import '../d.ts';
    import zod from 'zod';
    export type { E } from './e.ts';
    export { type F, g } from './f.ts';
    export * from './h.ts';
    type I = import('./i.ts').I;
    const j = await import('./j.ts');
    // import './k.ts'
    const l = "import './l.ts'";`;
  const found = importsOf('x/y.ts', code).map(({ to, isTypeOnly }) => `${to}${isTypeOnly ? ' type' : ''}`);
  assert.deepEqual(found, [
    'x/a.ts type',
    'x/b.ts',
    'x/c.ts',
    'd.ts',
    'zod',
    'x/e.ts type',
    'x/f.ts',
    'x/h.ts',
    'x/j.ts',
  ]);
});

test('what is loaded is known with the way that led there', () => {
  const loaded = loadedBy(['a'], [loads('a', 'b'), loads('b', 'zod'), names('a', 'pino'), loads('c', 'd')]);
  assert.deepEqual([...loaded.keys()], ['a', 'b', 'zod']);
  assert.equal(chainTo('zod', loaded), 'a → b → zod');
});

test('cycles are found wherever they begin, and those of types are none', () => {
  const shared = [loads('a', 'b'), loads('b', 'c'), loads('a', 'c')];
  assert.deepEqual(cyclesIn([...shared, names('c', 'a')]), []);
  assert.deepEqual(cyclesIn([...shared, loads('c', 'b')]), ['b → c → b']);
  assert.deepEqual(cyclesIn([loads('a', 'a')]), ['a → a']);
});
