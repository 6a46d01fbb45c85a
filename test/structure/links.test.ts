import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { anchorsOf, pages, partsIn, partsOf, targetsIn, undefinedIn } from './pages.ts';
import { repository } from './sources.ts';

test('every link between the pages leads to a file that is there, and to a heading that is in it', () => {
  const broken: string[] = [];
  let count = 0;
  for (const page of pages()) {
    const file = path.join(repository, page);
    for (const link of targetsIn(partsOf(file))) {
      if (/^[a-z]+:/.test(link)) continue;
      count += 1;
      const [to = '', anchor] = link.split('#');
      const target = to === '' ? file : path.resolve(path.dirname(file), to);
      const leadsSomewhere =
        existsSync(target) &&
        !path.relative(repository, target).startsWith('..') &&
        (anchor === undefined || !target.endsWith('.md') || anchorsOf(target).has(anchor));
      if (!leadsSomewhere) broken.push(`${page} → ${link}`);
    }
  }
  assert.ok(count > 100, `only ${count} links were found`);
  assert.deepEqual(broken, []);
});

test('README has pictures as Markdown: the npm registry finds no others', () => {
  assert.doesNotMatch(readFileSync(path.join(repository, 'README.md'), 'utf8'), /<(?:img|source|picture)\b/);
});

test('every reference-style link has its definition', () => {
  const broken = pages().flatMap((page) =>
    undefinedIn(partsOf(path.join(repository, page))).map((reference) => `${page}: ${reference}`),
  );
  assert.deepEqual(broken, []);
  assert.deepEqual(undefinedIn(partsIn('[a][b] [c][] [d][d] `[e][f]`\n\n[d]: d.md')), ['[a][b]', '[c][]']);
});

test('links are found in cells, images and HTML, and not in code', () => {
  const markdown = `
[a](a.md) ![b](b.png) \`[c](c.md)\` [d]

| x          |
| ---------- |
| [e](e.md)  |

<picture><source srcset="f.png"><img src="g.png"></picture>

\`\`\`
[h](h.md)
\`\`\`

[d]: d.md#there`;
  assert.deepEqual(targetsIn(partsIn(markdown)), ['a.md', 'b.png', 'd.md#there', 'e.md', 'f.png', 'g.png']);
});
