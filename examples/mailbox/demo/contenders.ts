import type { Contender } from './page/shell.ts';
import type { Side } from './run-data.ts';

/** A side has the color of being with Respite, or without. */
export function contenderOf({ name, isProtected }: Pick<Side, 'name' | 'isProtected'>): Contender {
  return { name, color: isProtected ? 'good' : 'late' };
}
