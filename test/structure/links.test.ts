import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { anchorsOf, proseOf } from './pages.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const PAGES = ['*.md', 'docs/**/*.md', 'deploy/**/*.md', 'bench/**/*.md', 'examples/**/*.md'];

test('every link between the pages leads to a file that is there, and to a heading that is in it', async () => {
  const broken: string[] = [];
  let count = 0;
  for await (const page of glob(PAGES, { cwd: repository, exclude: ['**/node_modules'] })) {
    const file = path.join(repository, page);
    const prose = proseOf(file).replaceAll(/`[^`\n]*`/g, '');
    for (const [, link = ''] of prose.matchAll(/\]\(([^()\s]+)\)/g)) {
      if (/^[a-z]+:/.test(link)) continue;
      count += 1;
      const [to = '', anchor] = link.split('#');
      const target = to === '' ? file : path.resolve(path.dirname(file), to);
      const leadsSomewhere =
        existsSync(target) &&
        (anchor === undefined || !target.endsWith('.md') || anchorsOf(target).has(anchor));
      if (!leadsSomewhere) broken.push(`${page} → ${link}`);
    }
  }
  assert.ok(count > 100, `only ${count} links were found`);
  assert.deepEqual(broken, []);
});
