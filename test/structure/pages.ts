// The pages of the documentation, as a Markdown parser reads them.
import { globSync, readFileSync } from 'node:fs';
import GithubSlugger from 'github-slugger';
import { lexer, type Token, type Tokens, walkTokens } from 'marked';
import { repository } from './sources.ts';

const PAGES = ['*.md', 'docs/**/*.md', 'deploy/**/*.md', 'bench/**/*.md', 'examples/**/*.md'];

/** Every page, relative to the repository. */
export function pages(): readonly string[] {
  return globSync(PAGES, { cwd: repository, exclude: ['**/node_modules'] }).toSorted();
}

/** A part of a page, however deep, and the line where the outermost part begins that it is in. */
export interface Part {
  readonly token: Token;
  readonly line: number;
}

/** Of one page; each is parsed once. */
export function partsOf(file: string): readonly Part[] {
  let parts = parsed.get(file);
  if (parts === undefined) parsed.set(file, (parts = partsIn(readFileSync(file, 'utf8'))));
  return parts;
}

const parsed = new Map<string, readonly Part[]>();

export function partsIn(markdown: string): readonly Part[] {
  const parts: Part[] = [];
  let line = 1;
  for (const block of lexer(markdown)) {
    walkTokens([block], (token) => void parts.push({ token, line }));
    line += block.raw.split('\n').length - 1;
  }
  return parts;
}

/** Where links, images and HTML attributes lead. */
export function targetsIn(parts: readonly Part[]): readonly string[] {
  return parts.flatMap(({ token }) => {
    if (token.type === 'link' || token.type === 'image') return [(token as Tokens.Link).href];
    if (token.type !== 'html') return [];
    return [...token.raw.matchAll(/\s(?:href|src|srcset)="([^"]+)"/g)].map(([, target = '']) => target);
  });
}

/** References that are defined nowhere on the page: a parser shows them as they are. */
export function undefinedIn(parts: readonly Part[]): readonly string[] {
  return parts.flatMap(({ token }) =>
    token.type === 'text' && (token as Tokens.Text).tokens === undefined
      ? (token.raw.match(/\[[^[\]]+\]\[[^[\]]*\]/g) ?? [])
      : [],
  );
}

/** The anchors that GitHub gives to headings. */
export function anchorsOf(file: string): ReadonlySet<string> {
  const slugger = new GithubSlugger();
  const headings = partsOf(file).filter(({ token }) => token.type === 'heading');
  return new Set(headings.map(({ token }) => slugger.slug(textOf(token))));
}

/** What a reader sees of a token: no links, no marks. */
function textOf(token: Token): string {
  const { tokens, text } = token as Tokens.Text;
  return tokens === undefined ? text : tokens.map(textOf).join('');
}
