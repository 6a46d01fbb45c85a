import type { Limit } from './adaptive.ts';

/** A limit that the user knows. */
export function fixedLimit(value: number): Limit {
  return { value, burst: () => value, admitted: nothing, shed: nothing, ended: nothing, sweep: nothing };
}

function nothing(): void {}
