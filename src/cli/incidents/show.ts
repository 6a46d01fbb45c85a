import path from 'node:path';
import type { StoredIncident } from '../../supervisor/index.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { moment, size } from '../words.ts';
import { ending } from './list.ts';

/** One incident to read, from what it was to what was kept. */
export function incidentText(incident: StoredIncident, directory: string): string {
  const { id, cause, summary, worker, openedAtMs, steps, facts, stack = [], evidence, missing } = incident;
  const further = facts.filter((fact) => fact !== summary);
  const lines = [
    `${cause}: ${ending(incident)}`,
    `worker ${worker.id} in slot ${worker.slot}, pid ${worker.pid}, at ${moment(openedAtMs)}`,
    id,
    '',
    printable(summary),
    ...section(
      'Facts',
      further.map((fact) => `- ${printable(fact)}`),
    ),
    ...section(
      'Timeline',
      steps.map(({ atMs, what }) => `${since(atMs - openedAtMs).padStart(9)}  ${printable(what)}`),
    ),
    ...section(
      'Stack',
      stack.map(
        ({ functionName, url, line, column }) =>
          `at ${printable(functionName || '(anonymous)')} (${printable(url)}:${line}:${column})`,
      ),
    ),
    ...section(`Kept in ${path.join(directory, id)}`, evidence.length === 0 ? [] : kept(evidence)),
    ...section(
      'Not kept',
      missing.map((sentence) => `- ${printable(sentence)}`),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function kept(evidence: StoredIncident['evidence']): string[] {
  const rows = evidence.map(({ file, what, bytes }) => [printable(file), size(bytes), printable(what)]);
  return table([{ title: 'file' }, { title: 'size', align: 'right' }, { title: 'what' }], rows);
}

function since(ms: number): string {
  return `+${(ms / 1000).toFixed(1)} s`;
}
