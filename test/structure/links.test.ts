import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

const repository = path.resolve(import.meta.dirname, '../..');
const PAGES = ['*.md', 'docs/**/*.md', 'deploy/**/*.md', 'bench/**/*.md', 'examples/**/*.md'];

/** Without what is shown as code, where brackets are no links and `#` no headings. */
function proseOf(file: string): string {
  return readFileSync(file, 'utf8').replaceAll(/^( *)(```+|~~~+).*?^\1\2\s*$/gms, '');
}

/** As GitHub makes them: letters and digits of the heading, with hyphens for spaces, numbered when they come again. */
function anchorsOf(file: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(file).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const text = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let i = 1; anchors.has(anchor); i += 1) anchor = `${slug}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}

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
