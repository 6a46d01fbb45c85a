// Pages with figures, as the results would have them.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { formatPage } from '../pages/format.ts';
import { type Marks, replaceGenerated } from '../pages/generated-part.ts';
import { BLOCKS, provenance, type Sources } from './blocks.ts';
import { FIGURES } from './declared.ts';
import { resultOf } from './figure.ts';

const repository = path.resolve(import.meta.dirname, '../..');
const FIGURE = /<!-- figure: (\S+) -->.*?<!-- \/figure -->/gs;
const BLOCK = /<!-- figures: (\S+) -->/g;

/** The part that says when everything on the page was measured. Every page with figures has it, or the table of results. */
const PROVENANCE = 'measured';
const ALL_RESULTS = 'results';

/** Relative to the repository. */
export function pagesWithFigures(): readonly string[] {
  const files = globSync(['README.md', 'docs/**/*.md'], { cwd: repository });
  return files.filter((file) => read(file).includes('<!-- figure')).toSorted();
}

export function read(page: string): string {
  return readFileSync(path.join(repository, page), 'utf8');
}

/** The page with its figures from the results. Throws for a name that isn't declared. */
export async function withFigures(page: string, text: string, sources: Sources): Promise<string> {
  // A comment that begins a line ends the paragraph.
  const broken = /^\s*<!-- figure: \S+ -->/m.exec(text);
  if (broken !== null) throw new Error(`${page}: a line can't begin with ${broken[0].trim()}`);
  const used: string[] = [];
  let written = text.replaceAll(FIGURE, (_, name: string) => {
    const figure = FIGURES[name];
    if (figure === undefined) throw new Error(`${page}: there is no figure '${name}'`);
    used.push(figure.from);
    return `<!-- figure: ${name} -->${figure.read(resultOf(sources.results, figure.from))}<!-- /figure -->`;
  });
  for (const [, name = ''] of text.matchAll(BLOCK)) {
    if (name === PROVENANCE) continue;
    const block = BLOCKS[name];
    if (block === undefined) throw new Error(`${page}: there is no block '${name}'`);
    used.push(...block.from(sources.results));
    written = replaceGenerated(written, marksOf(name), block.render(sources));
  }
  if (!written.includes(marksOf(ALL_RESULTS).begin)) {
    written = replaceGenerated(written, marksOf(PROVENANCE), provenance(page, used, sources));
  }
  return await formatPage(page, written);
}

function marksOf(name: string): Marks {
  return { begin: `<!-- figures: ${name} -->`, end: `<!-- end of figures: ${name} -->` };
}
