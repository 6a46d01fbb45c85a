import type { Limit } from './adaptive.ts';
import { Roster } from './roster.ts';

/** A limit that the user knows. */
export function fixedLimit(value: number, roster: Roster = new Roster()): Limit {
  return {
    value,
    burst: () => value,
    admitted: (_inFlight, request) => roster.add(request),
    shed: nothing,
    ended: nothing,
    sweep: nothing,
  };
}

function nothing(): void {}
