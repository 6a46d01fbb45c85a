// Curves for terminals.

const BLOCKS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** A curve of several lines, the highest value at the top. One column a value, or a mean of several where they would not fit. */
export function curve(values: readonly number[], lines: number, most: number, columns: number): string[] {
  const shown = fit(values, columns);
  return Array.from({ length: lines }, (_, i) => {
    const below = lines - 1 - i;
    return shown
      .map((value) => {
        const eighths = Math.round((Math.min(value, most) / most) * lines * 8) - below * 8;
        return BLOCKS[Math.max(0, Math.min(8, eighths))] ?? ' ';
      })
      .join('');
  });
}

function fit(values: readonly number[], columns: number): readonly number[] {
  if (values.length <= columns) return values;
  return Array.from({ length: columns }, (_, i) => {
    const part = values.slice(
      Math.floor((i * values.length) / columns),
      Math.floor(((i + 1) * values.length) / columns),
    );
    return part.reduce((sum, value) => sum + value, 0) / Math.max(1, part.length);
  });
}
