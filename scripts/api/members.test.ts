import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { parse } from './comments.ts';
import { membersOf } from './members.ts';
import { declarationOf, moduleAt } from './modules.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'respite-api-'));
after(() => rmSync(folder, { recursive: true }));

writeFileSync(
  path.join(folder, 'base.ts'),
  `export interface Base { /** Closes it. */ close(): void; /** Its name. */ readonly name: string }`,
);
writeFileSync(
  path.join(folder, 'types.ts'),
  `
import type { Base as Other } from './base.ts';
interface Derived extends Other { close(): Promise<void>; plain: number }
interface Resolved { /** Where. */ readonly url: string; /** How long, in ms. */ readonly timeoutMs: number }
type Options = OptionsOf<Resolved, 'url'>;
type Some = Omit<Resolved, 'url'> & { /** More. */ more?: boolean | undefined };
class Thing {
  #hidden = 1;
  private also = 2;
  /** @internal Not shown. */
  inner(): void {}
  /** Runs it. */
  run(times = 1, { fast }: Options): void {}
}
`,
);
const module = moduleAt(path.join(folder, 'types.ts'));

function shown(name: string, isShown = false): readonly string[] {
  const declared = declarationOf(module, name);
  assert.ok(declared !== undefined);
  const { own, inherited } = membersOf(declared, () => isShown, true);
  const members = own.map((each) => {
    const parameters = each.parameters?.map((given) => `${given.name}${given.isOptional ? '?' : ''}`);
    const called = `${each.name}${parameters === undefined ? '' : `(${parameters.join(', ')})`}`;
    return `${called}${each.isOptional ? '?' : ''}: ${each.comment?.text}`;
  });
  return [...members, ...inherited.map((base) => `and ${base}`)];
}

test('what a type extends is a part of it, and lends its words to what overrides it', () => {
  assert.deepEqual(shown('Derived'), ['close(): Closes it.', 'plain: undefined', 'name: Its name.']);
});

test('what has a place of its own is named, not repeated', () => {
  assert.deepEqual(shown('Derived', true), ['close(): Closes it.', 'plain: undefined', 'and Other']);
});

test('options may be left out, except those that are needed', () => {
  assert.deepEqual(shown('Options'), ['url: Where.', 'timeoutMs?: How long, in ms.']);
});

test('parts of a type that are left out are not in it', () => {
  assert.deepEqual(shown('Some'), ['timeoutMs: How long, in ms.', 'more?: More.']);
});

test('of a class only what users can call', () => {
  assert.deepEqual(shown('Thing'), ['run(times?, options): Runs it.']);
});

test('a comment without its tags, and each of them', () => {
  const comment = parse(`
 * Does it.
 *
 * - once
 *
 * @param name - Whose.
 * @returns Whether it did,
 * or not.
 * @throws An error.
 * @example
 * \`\`\`ts
 * doIt('a');
 * \`\`\`
 `);
  assert.deepEqual(comment, {
    text: 'Does it.\n\n- once',
    params: new Map([['name', 'Whose.']]),
    returns: 'Whether it did,\nor not.',
    throws: ['An error.'],
    examples: ["doIt('a');"],
    isInternal: false,
  });
});

test('an example that is no block of TypeScript is an error', () => {
  assert.throws(() => parse(' * @example doIt()'), /one block of ts, got:\ndoIt\(\)/);
});
