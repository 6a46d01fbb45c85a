import { median } from './statistics.ts';

export function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
}

export function perSecond(value: number): string {
  return `${Math.round(value).toLocaleString('en')}/s`;
}

export function percent(share: number | undefined): string {
  return share === undefined ? 'unknown' : `${(100 * share).toFixed(0)} %`;
}

export function kilobytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(0)} KB`;
}

/** The median and how far the values spread; a dash when there is none. */
export function medianAndRange(values: readonly number[], format: (value: number) => string): string {
  if (values.length === 0) return '–';
  return `${format(median(values))} (${format(Math.min(...values))} to ${format(Math.max(...values))})`;
}

export function ratio(value: number): string {
  return value.toFixed(3);
}
