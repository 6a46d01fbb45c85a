// Figures in words.
import { seconds } from '../../../../core/units.ts';

export function milliseconds(ms: number): string {
  return ms >= 1000 ? seconds(ms) : `${ms.toFixed(0)} ms`;
}

export function whole(value: number): string {
  return value.toFixed(value < 10 && value % 1 !== 0 ? 1 : 0);
}

export function tenths(value: number): string {
  return value.toFixed(1);
}

export function size(bytes: number): string {
  const isSmall = bytes < 1024 * 1024;
  const value = bytes / (isSmall ? 1024 : 1024 * 1024);
  return `${value.toFixed(value < 10 ? 1 : 0)} ${isSmall ? 'KB' : 'MB'}`;
}
