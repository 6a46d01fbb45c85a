// TSDoc comments: the text, and what its tags say.
import type { Module } from './modules.ts';

export interface DocComment {
  /** Markdown, without the tags. */
  readonly text: string;
  /** By name. */
  readonly params: ReadonlyMap<string, string>;
  readonly returns: string | undefined;
  readonly throws: readonly string[];
  /** Code, each of one `@example`. */
  readonly examples: readonly string[];
  /** Not for users: left out of the reference. */
  readonly isInternal: boolean;
}

/** The comment right before a place; undefined if there is none, or if something else stands between them. */
export function commentBefore({ code, comments }: Module, start: number): DocComment | undefined {
  const comment = comments.findLast(({ end }) => end <= start && /^\s*$/.test(code.slice(end, start)));
  if (comment?.type !== 'Block' || !comment.value.startsWith('*')) return undefined;
  return parse(comment.value.slice(1));
}

export function parse(comment: string): DocComment {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, ''));
  // Nothing is split off in front of the first character: a tag may be there.
  const [text = '', ...tags] = `\n${lines.join('\n')}`.split(/^(?=@[a-z]+\b)/m);
  const all = tags.map((tag) => {
    const [, name = '', rest = ''] = /^@([a-z]+)\s*([\s\S]*)$/.exec(tag) ?? [];
    return { name, rest: rest.trim() };
  });
  const of = (wanted: string): string[] => all.filter(({ name }) => name === wanted).map(({ rest }) => rest);
  return {
    text: text.trim(),
    params: new Map(
      of('param').map((rest) => {
        const [, name = '', meaning = ''] = /^(\w+)\s+(?:-\s+)?([\s\S]*)$/.exec(rest) ?? [];
        return [name, meaning];
      }),
    ),
    returns: of('returns')[0],
    throws: of('throws'),
    examples: of('example').map(codeOf),
    isInternal: all.some(({ name }) => name === 'internal'),
  };
}

function codeOf(example: string): string {
  const [, code] = /^```ts\n([\s\S]*?)\n```$/.exec(example) ?? [];
  if (code === undefined) throw new Error(`an @example is one block of ts, got:\n${example}`);
  return code;
}
