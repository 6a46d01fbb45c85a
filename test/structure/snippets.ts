// Code of the documentation, as files that the compiler checks.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Tokens } from 'marked';
import { parseSync } from 'oxc-parser';
import packageJson from '../../package.json' with { type: 'json' };
import { type Part, partsOf } from './pages.ts';
import { repository } from './sources.ts';

/** Inside of the repository, so that packages are found; not kept. */
export const FOLDER: string = path.join(repository, '.cache/snippets');

/** What pages take for granted: each export is imported where a snippet uses it. A file for one page has its path below `docs`. */
const GIVEN = path.join(repository, 'test/structure/given');

/** TypeScript is checked as strictly as the sources are, JavaScript as far as its types are known. */
const PROJECTS: Readonly<Record<'ts' | 'js', { readonly include: string[]; readonly options: object }>> = {
  ts: { include: ['**/*.ts'], options: {} },
  js: {
    include: ['**/*.mjs', '**/*.cjs'],
    options: { allowJs: true, checkJs: true, noImplicitAny: false, strictFunctionTypes: false },
  },
};

/** Blocks of one of these languages, exactly: `ts signature` is none of `ts`. */
export function blocksIn(parts: readonly Part[], ...languages: readonly string[]): readonly string[] {
  return parts.flatMap(({ token }) =>
    token.type === 'code' && languages.includes((token as Tokens.Code).lang ?? '')
      ? [(token as Tokens.Code).text]
      : [],
  );
}

/** Writes all snippets of the pages. Returns how many there are, and the projects to compile. */
export function writeSnippets(pages: readonly string[]): {
  readonly count: number;
  readonly projects: readonly string[];
} {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  let count = 0;
  for (const page of pages) {
    for (const language of ['ts', 'js'] as const) {
      for (const [index, code] of blocksIn(partsOf(path.join(repository, page)), language).entries()) {
        const file = path.join(
          FOLDER,
          page.replace(/\.md$/, ''),
          `${index + 1}${extensionOf(language, code)}`,
        );
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, moduleOf(page, file, code));
        count += 1;
      }
    }
  }
  return { count, projects: Object.keys(PROJECTS).map((name) => writeProject(name as 'ts' | 'js')) };
}

function extensionOf(language: 'ts' | 'js', code: string): string {
  if (language === 'ts') return '.ts';
  return /\brequire\(/.test(code) ? '.cjs' : '.mjs';
}

/** A module by itself, with what the page takes for granted. */
function moduleOf(page: string, file: string, code: string): string {
  const taken = new Set(declaredIn(file, code));
  const imports = [page.replace(/^docs\//, '').replace(/\.md$/, ''), 'everywhere'].flatMap((name) => {
    const given = path.join(GIVEN, `${name}.ts`);
    return existsSync(given) ? importsFrom(given, file, code, taken) : [];
  });
  return [...imports, code, file.endsWith('.cjs') ? '' : 'export {};', ''].join('\n');
}

/** Names that the snippet has itself. */
function declaredIn(file: string, code: string): readonly string[] {
  return [
    ...parseSync(file, code).module.staticImports.flatMap(({ entries }) =>
      entries.map(({ localName }) => localName.value),
    ),
    ...[...code.matchAll(/\b(?:const|let|function|class|type|interface) (?:(\w+)|\{([^}=]*)\} =)/g)].flatMap(
      ([, name, names = '']) => name ?? names.match(/\w+/g) ?? [],
    ),
  ];
}

/** Imports what the snippet uses and has not, and takes these names. */
function importsFrom(given: string, file: string, code: string, taken: Set<string>): readonly string[] {
  const exported = [
    ...readFileSync(given, 'utf8').matchAll(/^export (?:declare )?(?:const|function|class) (\w+)/gm),
  ].map(([, name = '']) => name);
  const used = exported.filter((name) => !taken.has(name) && new RegExp(`\\b${name}\\b`).test(code));
  for (const name of used) taken.add(name);
  if (used.length === 0) return [];
  return [`import { ${used.join(', ')} } from '${path.relative(path.dirname(file), given)}';`];
}

function writeProject(name: 'ts' | 'js'): string {
  const { include, options } = PROJECTS[name];
  const entries = Object.entries(packageJson.exports).flatMap(([entry, target]) =>
    typeof target === 'string'
      ? []
      : [
          [
            path.posix.join('respite', entry),
            [path.join(repository, target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))],
          ],
        ],
  );
  const file = path.join(FOLDER, `${name}.json`);
  const compilerOptions = {
    noUnusedLocals: false,
    noUnusedParameters: false,
    paths: Object.fromEntries(entries) as object,
    ...options,
  };
  writeFileSync(
    file,
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include, exclude: [] }, undefined, 2),
  );
  return file;
}
