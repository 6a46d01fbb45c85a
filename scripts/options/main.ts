// Writes the tables of options into the pages that have marks for them: node scripts/options/main.ts
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatPage } from '../pages/format.ts';
import { replaceGenerated } from '../pages/generated-part.ts';
import { markdownTable } from '../pages/table.ts';
import { DECLARED } from './declared.ts';
import { marksOf, rowsOf } from './table.ts';

const repository = path.resolve(import.meta.dirname, '../..');

for (const page of new Set(DECLARED.flatMap(({ pages }) => pages))) {
  const file = path.join(repository, page);
  let text = readFileSync(file, 'utf8');
  for (const options of DECLARED.filter(({ pages }) => pages.includes(page))) {
    const table = markdownTable(['option', 'meaning', 'default'], rowsOf(options));
    text = replaceGenerated(text, marksOf(options), table);
  }
  writeFileSync(file, await formatPage(file, text));
}
