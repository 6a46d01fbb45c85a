// The page about dependencies names each of them, and counts what comes along.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import packageJson from '../../package.json' with { type: 'json' };
import { repository } from './sources.ts';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dependencies?: Readonly<Record<string, string>> }>>;
}

const { packages } = JSON.parse(readFileSync(path.join(repository, 'package-lock.json'), 'utf8')) as Lock;
const page = readFileSync(path.join(repository, 'docs/design/dependencies.md'), 'utf8');
const direct = Object.keys(packageJson.dependencies);

/** Packages that come with it, itself among them; `seen` are there already. */
function cameWith(name: string, seen: Set<string>): number {
  if (seen.has(name)) return 0;
  seen.add(name);
  const below = Object.keys(packages[`node_modules/${name}`]?.dependencies ?? {});
  return below.reduce((sum, each) => sum + cameWith(each, seen), 1);
}

test('docs/design/dependencies.md has a row for each dependency, with its packages', () => {
  const seen = new Set<string>();
  const expected = direct.map((name) => [name, String(cameWith(name, seen))]);
  const rows = [...page.matchAll(/^\| (\S+) +\| (\d+) +\|/gm)].map(([, name, count]) => [name, count]);
  assert.deepEqual(rows, expected);
  assert.match(page, new RegExp(`${direct.length} direct dependencies, ${seen.size} packages`));
});
