// The table of declared options: what each means, from the comments of their interface, and what stands without it.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Option } from '../../src/core/options.ts';
import type { DeclaredOptions } from './declared.ts';

const repository = path.resolve(import.meta.dirname, '../..');

/** A row without its formatting. */
export type Row = readonly [option: string, meaning: string, byDefault: string];

const NEEDED = 'has to be given';

/** Throws when a comment is missing, or names another default than the declaration. */
export function rowsOf({ file, type, declaration }: DeclaredOptions): readonly Row[] {
  const comments = commentsOf(readFileSync(path.join(repository, file), 'utf8'), type);
  return Object.entries(declaration as Readonly<Record<string, Option<unknown, unknown>>>).map(
    ([name, option]) => {
      const comment = comments.get(name);
      if (comment === undefined) throw new Error(`${type}.${name} in ${file} has no comment`);
      const [, meaning = '', told] = /^(.*?)\.?(?: Default (.*)\.)?$/.exec(comment) ?? [];
      const problem = problemOf(told, option);
      if (problem !== undefined) throw new Error(`the comment of ${type}.${name} in ${file} ${problem}`);
      return [`\`${name}\``, meaning, told ?? NEEDED];
    },
  );
}

export function marksOf({ name }: DeclaredOptions): { readonly begin: string; readonly end: string } {
  return { begin: `<!-- options: ${name} -->`, end: `<!-- end of options: ${name} -->` };
}

/** What stands between the marks of a page, in rows; undefined without marks. */
export function rowsIn(page: string, options: DeclaredOptions): readonly Row[] | undefined {
  const { begin, end } = marksOf(options);
  const [, after] = readFileSync(path.join(repository, page), 'utf8').split(begin);
  const [table, rest] = after?.split(end) ?? [];
  if (table === undefined || rest === undefined) return undefined;
  const lines = table.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) => {
    const [option = '', meaning = '', byDefault = ''] = line
      .split(/(?<!\\)\|/)
      .slice(1)
      .map((cell) => cell.trim());
    return [option, meaning, byDefault];
  });
}

/** Comments of an interface's members, each in one line. */
function commentsOf(source: string, type: string): ReadonlyMap<string, string> {
  const [, body = ''] =
    new RegExp(`interface ${type}(?: extends \\w+)? \\{\\n([\\s\\S]*?)\\n\\}`).exec(source) ?? [];
  const found = body.matchAll(/\/\*\*([\s\S]*?)\*\/\s*readonly (\w+)/g);
  return new Map(
    [...found].map(([, text = '', name = '']) => [name, text.replaceAll(/\s*\n\s*\*\s?/g, ' ').trim()]),
  );
}

/** A default that depends on something, and objects, are in words. */
function problemOf(told: string | undefined, option: Option<unknown, unknown>): string | undefined {
  const { byDefault } = option;
  if (!('byDefault' in option)) return told === undefined ? undefined : 'names a default, and there is none';
  if (told === undefined) return 'names no default';
  const isPlain =
    typeof byDefault === 'number' || typeof byDefault === 'boolean' || typeof byDefault === 'string';
  // Behind it may stand the same in another unit.
  if (!isPlain || told.replaceAll('`', '').replace(/ \(.*\)$/, '') === String(byDefault)) return undefined;
  return `names ${told} as the default, which is ${byDefault}`;
}
