import type { QuarantineStatus } from '../../supervisor/index.ts';
import { RespiteError } from '../../core/errors.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';
import { moment } from '../words.ts';

const TITLES = ['id', 'whose', 'requests', 'workers', 'since', 'probe'].map((title) => ({ title }));

const WHOSE: Readonly<Record<string, string>> = {
  request: 'identical ones',
  caller: 'one caller',
  everyone: 'all callers',
};

/** `respite quarantine list`: a line for each quarantine. */
export function quarantineText(status: QuarantineStatus): string {
  const { mode, entries } = status;
  if (mode === 'off') return 'the quarantine is off (admission.quarantine)';
  const note = mode === 'dry-run' ? ' (dry run: nothing is shed)' : '';
  if (entries.length === 0) return `no requests are in quarantine${note}`;
  const rows = entries.map(({ id, scope, name, deaths, sinceMs, probeAtMs, isProbing }) => [
    id,
    WHOSE[scope] ?? printable(scope),
    printable(name),
    String(deaths),
    moment(sinceMs),
    isProbing ? 'the next one' : moment(probeAtMs),
  ]);
  return [...table(TITLES, rows), ...(note === '' ? [] : [note.trim()])].join('\n');
}

/** @param where Who answered, for the error. */
export function parseQuarantine(body: string, where: string): QuarantineStatus {
  try {
    const found = JSON.parse(body) as Partial<QuarantineStatus> | null;
    if (typeof found?.mode === 'string' && Array.isArray(found.entries)) return found as QuarantineStatus;
  } catch {
    // Said below.
  }
  throw new RespiteError('RESPITE_CLI_NO_STATUS', `no quarantine from ${where}: it is not Respite`);
}
