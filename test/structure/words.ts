// The language that CONTRIBUTING.md asks for: what prose, comments and text in the code must not say, and how long a sentence may be.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Tokens } from 'marked';
import { parseSync, Visitor } from 'oxc-parser';
import type { Part } from './pages.ts';
import { repository } from './sources.ts';

/** Code whose comments and strings people read. Not projects that are downloaded to test against. */
const CODE = '{bench,deploy,examples,scripts,src,test}/**/*.{ts,mjs,js}';
const NOT_OURS = ['**/node_modules', '**/dist/**', 'test/compatibility/servers/projects/**'];

/** Rules, manifests and settings that users copy. */
const DEPLOYED = 'deploy/**/*.{yaml,cfg}';

export interface Ban {
  readonly words: RegExp;
  readonly instead: string;
}

/** A piece of text, and the line where it begins. */
export interface Text {
  readonly file: string;
  readonly line: number;
  readonly kind: 'prose' | 'comment' | 'string';
  readonly text: string;
}

/** Comments and string literals of all code, and what users copy. Lines of one comment are one text. */
export function codeTexts(): readonly Text[] {
  const deployed = globSync(DEPLOYED, { cwd: repository }).map((file): Text => {
    return { file, line: 1, kind: 'string', text: readFileSync(path.join(repository, file), 'utf8') };
  });
  const code = globSync(CODE, { cwd: repository, exclude: NOT_OURS }).flatMap((file) =>
    textsIn(file, readFileSync(path.join(repository, file), 'utf8')),
  );
  return [...deployed, ...code];
}

export function textsIn(file: string, code: string): readonly Text[] {
  const { comments, program } = parseSync(file, code);
  const lineAt = (offset: number): number => code.slice(0, offset).split('\n').length;
  const texts: Text[] = [];
  let end = -1;
  for (const comment of comments) {
    const line = lineAt(comment.start);
    const previous = texts.at(-1);
    const continues = comment.type === 'Line' && /^\n[ \t]*$/.test(code.slice(end, comment.start));
    const text = comment.value.replaceAll(/\n\s*\*/g, '\n');
    if (continues && previous !== undefined) {
      texts[texts.length - 1] = { ...previous, text: `${previous.text}\n${text}` };
    } else texts.push({ file, line, kind: 'comment', text });
    end = comment.end;
  }
  const strings: Text[] = [];
  const add = (start: number, text: string): void => {
    strings.push({ file, line: lineAt(start), kind: 'string', text });
  };
  new Visitor({
    Literal: ({ start, value }) => {
      if (typeof value === 'string') add(start, value);
    },
    TemplateElement: ({ start, value }) => add(start, value.cooked ?? ''),
  }).visit(program);
  return [...texts, ...strings];
}

/** Where a text says what is banned, as `file:line: words`. Code between backticks is no prose. */
export function banned({ file, line, text }: Text, { words }: Ban): readonly string[] {
  const prose = text.replaceAll(/`[^`]*`/g, (code) => code.replaceAll(/[^\n]/g, ' '));
  return [...prose.matchAll(words)].map(({ 0: found, index }) => {
    const at = line + prose.slice(0, index).split('\n').length - 1;
    return `${file}:${at}: ${found}`;
  });
}

/** Prose of a page: no code, no HTML; one text for each paragraph, item and cell. */
export function proseOf(file: string, parts: readonly Part[]): readonly Text[] {
  return parts.flatMap(({ token, line }) => {
    const blocks: string[] = [];
    if (token.type === 'paragraph' || token.type === 'heading') blocks.push(proseIn(token));
    // Items of a list: their text has parts; a paragraph in an item comes by itself.
    if (token.type === 'text' && (token as Tokens.Text).tokens !== undefined) blocks.push(proseIn(token));
    if (token.type === 'table') {
      const { header, rows } = token as Tokens.Table;
      blocks.push(...[header, ...rows].flat().map((cell) => cell.tokens.map(proseIn).join('')));
    }
    return blocks.map((text) => ({ file, line, kind: 'prose' as const, text }));
  });
}

/** Words of each sentence of a text. A colon or semicolon that begins a list does not end one. */
export function sentencesOf(text: string): readonly string[] {
  return text.replaceAll(/\s+/g, ' ').split(/(?<=[.!?]["”)]?)\s+(?=\S)/);
}

export function wordsIn(sentence: string): number {
  return sentence.split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
}

function proseIn(token: { type: string; tokens?: readonly unknown[]; text?: string }): string {
  if (token.type === 'codespan') return 'code';
  if (token.type === 'html') return '';
  const { tokens } = token;
  if (tokens === undefined) return token.text ?? '';
  return tokens.map((each) => proseIn(each as { type: string })).join('');
}
