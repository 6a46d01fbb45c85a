import { pruneIncidents, removeIncidentsBefore } from '../../supervisor/incidents/evidence/prune.ts';
import type { ResolvedIncidentsOptions } from '../../supervisor/index.ts';
import { usageError } from '../usage.ts';
import type { IncidentsFlags } from './request.ts';

const UNITS_MS: Readonly<Record<string, number>> = {
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** Removes what the flags say, or what goes beyond the limits. @returns The ids of what was removed. */
export async function prune(
  { directory, countLimit, sizeLimitBytes }: ResolvedIncidentsOptions,
  { keep, olderThan }: IncidentsFlags,
  nowMs: number,
): Promise<readonly string[]> {
  const countToKeep = keep === undefined ? undefined : parseCount(keep);
  const ageMs = olderThan === undefined ? undefined : parseAge(olderThan);
  const old = ageMs === undefined ? [] : await removeIncidentsBefore(directory, nowMs - ageMs, nowMs);
  if (countToKeep === undefined && ageMs !== undefined) return old;
  const limits =
    countToKeep === undefined
      ? { countLimit, sizeLimitBytes }
      : { countLimit: countToKeep, sizeLimitBytes: Infinity };
  return [...old, ...(await pruneIncidents(directory, limits, nowMs))];
}

function parseCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(`--keep must be a whole number, got ${JSON.stringify(text)}`);
}

export function parseAge(text: string): number {
  const [, count, unit = ''] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const unitMs = UNITS_MS[unit];
  if (count !== undefined && unitMs !== undefined) return Number(count) * unitMs;
  throw usageError(`--older-than must be a number and m, h, d or w, such as 7d, got ${JSON.stringify(text)}`);
}
