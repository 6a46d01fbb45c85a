// Writes the figures of bench/results into the pages: node scripts/figures/main.ts; with --check it only says which differ.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { agesOf } from './ages.ts';
import { pagesWithFigures, read, withFigures } from './pages.ts';
import { readResults } from './results.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const results = readResults();
const ages = agesOf(results);
if (ages.unknown.length > 0) {
  console.log(
    `git can't say how old these results are, so their ages stay as written: ${ages.unknown.join(', ')}`,
  );
}
for (const page of pagesWithFigures()) {
  const text = read(page);
  const written = await withFigures(page, text, { results, ages });
  if (written === text) continue;
  console.log(`${page} ${values.check ? 'differs from bench/results' : 'written'}`);
  if (values.check) process.exitCode = 1;
  else writeFileSync(path.join(repository, page), written);
}
