import type { StoredIncident } from '../../supervisor/index.ts';
import { cut, printable } from '../printable.ts';
import { table } from '../table.ts';
import { duration, moment } from '../words.ts';

/** Newest first, a line each. @param columns Width of the terminal; undefined when it is none: nothing is cut. */
export function incidentsTable(incidents: readonly StoredIncident[], columns: number | undefined): string {
  const rows = incidents.map((one) => [
    moment(one.openedAtMs),
    one.cause,
    ending(one),
    one.id,
    printable(one.summary),
  ]);
  const titles = ['opened', 'cause', 'ended', 'id', 'summary'].map((title) => ({ title }));
  return table(titles, rows)
    .map((line) => `${columns === undefined ? line : cut(line, columns)}\n`)
    .join('');
}

/** `recovered, 5.2 s`. */
export function ending({ openedAtMs, endedAtMs, outcome }: StoredIncident): string {
  return endedAtMs === undefined ? 'open' : `${outcome ?? 'over'}, ${duration(endedAtMs - openedAtMs)}`;
}
