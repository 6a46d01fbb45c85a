import type { Html } from '../../../../src/core/html.ts';
import { renderPage, table, tile } from '../page/shell.ts';
import { megabytes } from '../rows.ts';
import { slowClientsCharts, writerOf } from './curves.ts';
import { CLIENTS } from './plan.ts';
import { seconds, slowClientsRows } from './rows.ts';
import type { SlowClientsRun, Variant } from './run-data.ts';

/** The report of the slow clients, as one HTML file. */
export function renderSlowClientsReport(run: SlowClientsRun): Promise<string> {
  const { variants } = run;
  const contenders = variants.map(writerOf);
  const each = (title: string, of: (variant: Variant) => string): Html =>
    tile(title, contenders, variants.map(of));
  return renderPage({
    title: 'Fifty slow clients, and three ways to write to them',
    introduction: introduction(run),
    tiles: [
      each('Memory peak', ({ memoryPeakBytes }) => megabytes(memoryPeakBytes)),
      each('Out of memory', ({ diedAtMs }) => (diedAtMs === undefined ? 'never' : seconds(diedAtMs))),
    ],
    charts: slowClientsCharts(run),
    timeline: { untilMs: run.lengthMs },
    table: table(contenders, slowClientsRows(run), 'The same clients each time; medians over the run.'),
    method: method(run),
  });
}

function introduction({ memoryLimitBytes }: SlowClientsRun): string {
  const { slow, fastClients } = CLIENTS;
  return (
    `A mailbox of 400 KB is asked for with a dozen bytes. ${slow.clients} clients on bad networks ask for it twice a second and read ` +
    `${slow.bytesPerSecond / 1024} KB/s; ${fastClients} on good ones ask again as soon as they have it. The server has ` +
    `${megabytes(memoryLimitBytes)}. “naive” writes everything at once, “sleeping” waits 10 ms whenever the socket says ` +
    'that it is full, “writability” goes on when there is room, through a channel of respite/backpressure.'
  );
}

function method({
  machine,
  cores,
  lengthMs,
  memoryLimitBytes,
  generatedAt,
}: SlowClientsRun): readonly string[] {
  return [
    `${machine}; ${cores}.`,
    `Each way to write had a fresh server with --max-old-space-size=${memoryLimitBytes / 1e6} and ${seconds(lengthMs)} of the same clients. That option does not hold for Buffers, ` +
      `so the demonstration does what the kernel does in a container of that size: a server with more resident memory than ${megabytes(memoryLimitBytes)} is ended.`,
    'Each client that is slow asks whether it has the last mailbox or not, as people press reload. The ping is one line on a connection of its own every 10 ms, counted from when it was due.',
    `Generated ${generatedAt}.`,
  ];
}
