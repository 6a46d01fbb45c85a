// Writes the tables of options into the pages that have marks for them: node scripts/options/main.ts, then oxfmt --write docs
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DECLARED } from './declared.ts';
import { marksOf, rowsOf } from './table.ts';

const repository = path.resolve(import.meta.dirname, '../..');

for (const options of DECLARED) {
  const { begin, end } = marksOf(options);
  const rows = [['option', 'meaning', 'default'], ['---', '---', '---'], ...rowsOf(options)];
  const table = rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
  for (const page of options.pages) {
    const file = path.join(repository, page);
    const text = readFileSync(file, 'utf8');
    const [before] = text.split(begin);
    const [, after] = text.split(end);
    if (before === undefined || after === undefined)
      throw new Error(`the marks of ${options.name} are missing in ${page}`);
    writeFileSync(file, `${before}${begin}\n\n${table}\n\n${end}${after}`);
  }
}
