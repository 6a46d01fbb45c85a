export interface Column {
  readonly title: string;
  readonly align?: 'right';
}

/** Rows under titles, each column as wide as its widest cell. Nothing trails. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const titles = columns.map(({ title }) => title.toUpperCase());
  const widths = columns.map((_, i) => Math.max(...[titles, ...rows].map((row) => row[i]?.length ?? 0)));
  return [titles, ...rows].map((row) =>
    columns
      .map(({ align }, i) => {
        const [cell, width] = [row[i] ?? '', widths[i] ?? 0];
        return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
}
