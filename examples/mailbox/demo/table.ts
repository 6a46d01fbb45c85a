import type { Row } from './rows.ts';

/** The comparison for a terminal. */
export function renderTable(headings: readonly string[], rows: readonly Row[]): string {
  const cells = rows.map(({ label, values, goal }) => [`  ${label}`, ...values, goal]);
  const heading = ['', ...headings, 'goal'];
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const line = (columns: readonly string[]): string =>
    columns
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('   ')
      .trimEnd();
  const lines = [line(heading)];
  let section = '';
  for (const [i, row] of rows.entries()) {
    if (row.section !== section) lines.push('', row.section);
    section = row.section;
    lines.push(line(cells[i] ?? []));
  }
  return lines.join('\n');
}
