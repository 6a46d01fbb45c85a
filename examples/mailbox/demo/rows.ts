import type { ActionFigures, RunData, Side } from './run-data.ts';

/** One line of the comparison, ready to print; the terminal and the report show the same. */
export interface Row {
  readonly section: string;
  readonly label: string;
  /** One for each side. */
  readonly values: readonly string[];
  readonly goal: string;
}

export function comparison(data: RunData): readonly Row[] {
  const { sides } = data;
  const row = (section: string, label: string, value: (side: Side) => string, goal = ''): Row => ({
    section,
    label,
    values: sides.map(value),
    goal,
  });
  const users = (section: string, of: (side: Side) => ActionFigures): readonly Row[] => [
    row(section, 'success, calm', (side) => percent(of(side).calm.success)),
    row(section, 'success, storm', (side) => percent(of(side).storm.success), '≥ 99.5 %'),
    row(section, 'p50 / p99, calm', (side) => latencies(of(side).calm)),
    row(section, 'p50 / p99, storm', (side) => latencies(of(side).storm)),
    row(section, 'p99, storm over calm', (side) => ratio(of(side)), '≤ 1.5 ×'),
  ];
  const mail = (label: string, of: (side: Side) => number, goal = ''): Row =>
    row('Mail', label, (side) => count(of(side)), goal);
  return [
    ...users('Users list mail', ({ users: { list } }) => list),
    ...users('Users read mail', ({ users: { read } }) => read),
    mail('sent', (side) => side.mail.sent),
    mail('accepted (250)', (side) => side.mail.accepted, '≥ 0.9 × without'),
    row('Mail', 'accepted, volume', (side) => megabytes(side.mail.acceptedBytes), '≥ 1.0 × without'),
    mail('refused (4xx), tries', (side) => side.mail.refused),
    mail('failed, tries', (side) => side.mail.failed),
    mail('delivered', (side) => side.mail.delivered),
    mail('lost', (side) => side.mail.lost, '0'),
    mail('duplicated', (side) => side.mail.duplicated, '0'),
    mail('still queued', (side) => side.mail.queued),
    row('Server', 'memory peak', (side) => megabytes(side.memoryPeakBytes), '< 512 MB'),
    row('Server', 'restarts', (side) =>
      side.apiEndedWith === undefined ? count(side.restarts) : `died: ${side.apiEndedWith}`,
    ),
    // A latency that is not far above this says more about the generator than about the server.
    row('Measurement', 'users’ calls started late, p99', (side) => milliseconds(side.generatorLagP99Ms)),
  ];
}

/** Rounded down: 99.96 % is not 100 %. */
export function percent(share: number): string {
  return share === 1 ? '100 %' : `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`;
}

export function milliseconds(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(2)} s`;
  return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

export function times(factor: number): string {
  return Number.isFinite(factor) ? `${factor.toFixed(factor < 1.05 ? 2 : 1)} ×` : '-';
}

function latencies({ p50Ms, p99Ms }: { readonly p50Ms: number; readonly p99Ms: number }): string {
  return `${milliseconds(p50Ms)} / ${milliseconds(p99Ms)}`;
}

function ratio({ calm, storm }: ActionFigures): string {
  return calm.p99Ms === 0 ? '-' : times(storm.p99Ms / calm.p99Ms);
}

function count(value: number): string {
  return String(value);
}
