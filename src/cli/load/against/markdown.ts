import type { Comparison } from '../../../load/index.ts';
import { headline, type Names, notes, rowsOf } from './rows.ts';

/** A comparison for the description of a pull request, or for the summary of a job. */
export function markdown(comparison: Comparison, names: Names): string {
  const { baseline, candidate } = names;
  const line = (cells: readonly string[]): string => `| ${cells.map(escape).join(' | ')} |`;
  const rows = rowsOf(comparison).map((row) =>
    line([row.figure, row.baseline, row.candidate, row.change, row.interval, row.verdict]),
  );
  return [
    `### Performance: ${escape(headline(comparison, names))}`,
    '',
    line(['', baseline, candidate, 'change', 'interval', '']),
    '| --- | --: | --: | --: | --- | --- |',
    ...rows,
    '',
    ...notes(comparison).map((note) => `- ${escape(note)}`),
    '',
  ].join('\n');
}

/** Names of branches may have characters that Markdown or HTML give a meaning. */
function escape(text: string): string {
  return text.replaceAll(/[\\|`*_<>[\]&]/g, (character) => `\\${character}`);
}
