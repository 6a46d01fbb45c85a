// What Markdown takes without complaint and shows as its author did not mean it.
import type { Tokens } from 'marked';
import type { Part } from './pages.ts';

/** This many words in the only cell of a row are prose that the table has swallowed. */
const PROSE_WORDS = 8;

/** One line each, which begins with the line of the page. */
export function faultsIn(parts: readonly Part[]): readonly string[] {
  return [
    ...headingFaults(parts),
    ...parts.flatMap(({ token, line }) => {
      if (token.type === 'table') return tableFaults(token.raw, line);
      return token.type === 'code' && isUnclosed(token.raw)
        ? [`${line}: this code block is never closed`]
        : [];
    }),
  ];
}

function headingFaults(parts: readonly Part[]): readonly string[] {
  let above = 0;
  return parts.flatMap(({ token, line }) => {
    if (token.type !== 'heading') return [];
    const { depth, text } = token as Tokens.Heading;
    const before = above;
    above = depth;
    if (depth > before + 1) return [`${line}: "${text}" skips a level: ${before} to ${depth}`];
    return depth === 1 && before > 0 ? [`${line}: "${text}" is a second title`] : [];
  });
}

/** A paragraph right after a table, without an empty line between them, becomes a row. */
function tableFaults(raw: string, line: number): readonly string[] {
  const rows = raw.trimEnd().split('\n').map(cellsOf);
  const columns = rows[0]?.length ?? 0;
  return rows.flatMap((cells, row) => {
    const at = line + row;
    if (cells.length !== columns)
      return [`${at}: this row has ${cells.length} cells, its table ${columns} columns`];
    const [only = '', ...others] = cells.filter((cell) => cell !== '');
    const isProse = /[.!?:]$/.test(only) || only.split(/\s+/).length >= PROSE_WORDS;
    return columns > 1 && others.length === 0 && isProse
      ? [`${at}: this row is prose that the table has swallowed`]
      : [];
  });
}

/** As GitHub splits a row: a `|` in code is a border too, unless it is escaped. */
function cellsOf(row: string): readonly string[] {
  return row
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}

function isUnclosed(raw: string): boolean {
  const [fence] = /^ {0,3}(`{3,}|~{3,})/.exec(raw)?.slice(1) ?? [];
  return fence !== undefined && !new RegExp(`\\n {0,3}${fence}[\`~]*\\s*$`).test(raw);
}
