import type { Html } from '../../../src/core/html.ts';
import { contenderOf } from './contenders.ts';
import { floodCharts, floodTimeline } from './curves.ts';
import { type Contender, renderPage, table, tile } from './page/shell.ts';
import { explain } from './explain.ts';
import { comparison, megabytes, milliseconds, percent } from './rows.ts';
import type { ActionFigures, RunData, Side } from './run-data.ts';

/** The report of the flood, as one HTML file. */
export function renderReport(data: RunData): Promise<string> {
  const contenders = data.sides.map(contenderOf);
  return renderPage({
    title: 'The same flood of mail, without Respite and with it',
    introduction: introduction(data),
    tiles: tiles(data.sides, contenders),
    charts: floodCharts(data),
    timeline: floodTimeline(data),
    table: table(
      contenders,
      comparison(data),
      `Both sides had the same mails, users, moments and sizes. ${explain(data).join(' ')}`,
    ),
    method: method(data),
  });
}

function introduction({ storm }: RunData): string {
  return (
    `${storm.users} mailboxes are read by people who list and open their mail, ${storm.userCallsPerSecond} calls a second. ` +
    `Then ${perSecond(storm.floodBytesPerSecond)} of mail comes in, ` +
    `${(storm.floodBytesPerSecond / storm.capacityBytesPerSecond).toFixed(0)} times what the service can take here. ` +
    'By itself, it takes everything at once and the people wait. With Respite, it takes as much as it can and asks ' +
    'the senders to come back, as mail servers do.'
  );
}

function tiles(sides: readonly Side[], contenders: readonly Contender[]): readonly Html[] {
  const worst = ({ users: { list, read } }: Side, of: (figures: ActionFigures) => number): number =>
    Math.max(of(list), of(read));
  const success = ({ users: { list, read } }: Side): number =>
    Math.min(list.storm.success, read.storm.success);
  const each = (title: string, of: (side: Side) => string): Html => tile(title, contenders, sides.map(of));
  return [
    each('Users wait in the storm, p99', (side) => milliseconds(worst(side, ({ storm }) => storm.p99Ms))),
    each('Users’ calls that succeed', (side) => percent(success(side))),
    each('Mails lost, duplicated', ({ mail }) => `${mail.lost}, ${mail.duplicated}`),
    each('Memory peak', ({ memoryPeakBytes }) => megabytes(memoryPeakBytes)),
  ];
}

function method({ storm, sides, machine, cores, generatedAt }: RunData): readonly string[] {
  const lag = sides.map(({ generatorLagP99Ms }) => milliseconds(generatorLagP99Ms)).join(' and ');
  return [
    `${machine}; ${cores}.`,
    `Capacity, measured first without Respite: ${perSecond(storm.capacityBytesPerSecond)} of mail. Calm brings ` +
      `${perSecond(storm.calmBytesPerSecond)}, the flood ${perSecond(storm.floodBytesPerSecond)}: ` +
      `${storm.floodMailsPerSecond.toFixed(0)} mails a second of 4 kB to 40 MB, ${(storm.meanMailBytes / 1e6).toFixed(1)} MB on average.`,
    `Open loop: mails and calls come when they come, whatever became of earlier ones; seed ${storm.seed}. Senders use up to ` +
      `${storm.maxConnections} connections, STARTTLS, and try again after seconds where mail servers wait for minutes.`,
    `Latency counts from the moment a call should have started. The generator itself was late by ${lag} (p99). ` +
      `A call that takes longer than ${milliseconds(storm.userTimeoutMs)} has failed. Refused calls count as failed; ` +
      'percentiles leave them out.',
    'Lost: answered with 250 and not in the mailbox. Delivered, lost and duplicated are counted by Message-ID through the API at the end.',
    'Memory is the resident memory of the API and everything it started, added up, read twice a second; with Respite that includes its supervisor.',
    `Generated ${generatedAt}.`,
  ];
}

function perSecond(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB/s`;
}
