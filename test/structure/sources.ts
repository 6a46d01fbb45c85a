// The files of src and what they import, as the parser sees them: strings and comments that look like imports are none.
import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import path from 'node:path';
import { parseSync } from 'oxc-parser';

export const repository = path.resolve(import.meta.dirname, '../..');
const src = path.join(repository, 'src');

/** One import or re-export. Paths are relative to src, with `/`. */
export interface Import {
  readonly from: string;
  /** A file of src, or the specifier of a package or of a built-in module. */
  readonly to: string;
  /** Erased before the file runs, so that nothing is loaded. `import { type A }` is not: Node.js loads that module. */
  readonly isTypeOnly: boolean;
}

/** Every file of src, tests and the console's page among them, and its number of lines. */
export function sourceLengths(): Promise<ReadonlyMap<string, number>> {
  lengths ??= readLengths();
  return lengths;
}

/** What all files of src import. */
export function sourceImports(): Promise<readonly Import[]> {
  imports ??= readImports();
  return imports;
}

// `npm run check` runs these tests in one process, and parsing takes most of their time.
let lengths: Promise<ReadonlyMap<string, number>> | undefined;
let imports: Promise<readonly Import[]> | undefined;

async function readLengths(): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  for await (const entry of glob('**/*', { cwd: src, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    found.set(posix(path.relative(src, file)), readFileSync(file, 'utf8').trimEnd().split('\n').length);
  }
  return found;
}

async function readImports(): Promise<readonly Import[]> {
  const found: Import[] = [];
  for await (const file of glob('**/*.ts', { cwd: src })) {
    found.push(...importsOf(posix(file), readFileSync(path.join(src, file), 'utf8')));
  }
  return found;
}

export function importsOf(from: string, code: string): readonly Import[] {
  const { module, errors } = parseSync(from, code);
  if (errors.length > 0) throw new Error(`${from} does not parse: ${errors[0]?.message}`);
  const found = (specifier: string, isTypeOnly: boolean): Import => {
    const isOwn = specifier.startsWith('.');
    return { from, to: isOwn ? path.posix.join(path.posix.dirname(from), specifier) : specifier, isTypeOnly };
  };
  const statement = ({ start, end }: { start: number; end: number }): string => code.slice(start, end);
  return [
    ...module.staticImports.map((each) =>
      // `import type from './a.ts'` imports a default export that is called so.
      found(each.moduleRequest.value, /^import\s+type\b(?!\s*(?:,|from\s*['"]))/.test(statement(each))),
    ),
    ...module.staticExports.flatMap((each) => {
      const specifier = each.entries[0]?.moduleRequest?.value;
      return specifier === undefined ? [] : [found(specifier, /^export\s+type\b/.test(statement(each)))];
    }),
    ...module.dynamicImports.flatMap(({ moduleRequest }) => {
      const [, specifier] = /^(['"])(.*)\1$/.exec(statement(moduleRequest))?.slice(1) ?? [];
      return specifier === undefined ? [] : [found(specifier, false)];
    }),
  ];
}

/** The folder right below src that a file is in; '' for those that are in none. */
export function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '';
}

export function isTest(file: string): boolean {
  return file.endsWith('.test.ts');
}

function posix(file: string): string {
  return file.replaceAll(path.sep, '/');
}
