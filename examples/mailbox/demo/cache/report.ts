import type { Html } from '../../../../src/core/html.ts';
import { contenderOf } from '../contenders.ts';
import { type Contender, renderPage, table, tile } from '../page/shell.ts';
import { milliseconds, percent, type Row } from '../rows.ts';
import { cacheCharts, cacheTimeline } from './curves.ts';
import type { CachePhase, CacheRun, CacheSide } from './run-data.ts';

/** What the terminal and the report show. */
export function cacheRows({ sides }: CacheRun): readonly Row[] {
  const row = (section: string, label: string, of: (side: CacheSide) => string, goal = ''): Row => ({
    section,
    label,
    values: sides.map(of),
    goal,
  });
  const phase = (section: string, name: CachePhase['name'], goal: string): readonly Row[] => [
    row(section, 'pages shown', ({ figures }) => percent(figures[name].success), goal),
    row(
      section,
      'p50 / p99',
      ({ figures }) => `${milliseconds(figures[name].p50Ms)} / ${milliseconds(figures[name].p99Ms)}`,
    ),
  ];
  return [
    ...phase('Calm', 'calm', '100 %'),
    row('Calm', 'requests to the Mailbox server for each page', ({ askedPerPage }) =>
      askedPerPage.toFixed(2),
    ),
    ...phase('Mailbox server stopped', 'stopped', '100 %'),
    ...phase('Mailbox server back', 'after', '100 %'),
  ];
}

/** The report of the cache, as one HTML file. */
export function renderCacheReport(run: CacheRun): Promise<string> {
  const contenders = run.sides.map(contenderOf);
  return renderPage({
    title: 'A webmail whose Mailbox server is stopped, without a cache and with it',
    introduction:
      `${run.callsPerSecond} pages a second of ${run.users} mailboxes, to which mail comes. Then the Mailbox server is stopped for a while. ` +
      'What has been read before is still shown by the webmail that reads through the cache.',
    tiles: tiles(run.sides, contenders),
    charts: cacheCharts(run),
    timeline: cacheTimeline(run),
    table: table(contenders, cacheRows(run), 'Both sides had the same pages asked for at the same moments.'),
    method: method(run),
  });
}

function tiles(sides: readonly CacheSide[], contenders: readonly Contender[]): readonly Html[] {
  const each = (title: string, of: (side: CacheSide) => string): Html =>
    tile(title, contenders, sides.map(of));
  return [
    each('Pages shown while it is stopped', ({ figures }) => percent(figures.stopped.success)),
    each('Requests to it for each page', ({ askedPerPage }) => askedPerPage.toFixed(2)),
    each('Users wait in calm, p99', ({ figures }) => milliseconds(figures.calm.p99Ms)),
  ];
}

function method({ machine, callsPerSecond, mailsPerSecond, generatedAt }: CacheRun): readonly string[] {
  return [
    `${machine}.`,
    `Open loop: ${callsPerSecond} pages a second, lists and mails at random, each once at first, as no one can have what was never read; ` +
      `${mailsPerSecond} new mails a second while there is a Mailbox server. Latency counts from the moment a page was due.`,
    'The Mailbox server says that a list may be a second old and a mail a minute, and answers 304 where nothing has changed. ' +
      'While it is stopped, what is stored is shown for up to 5 minutes past that.',
    'Requests to the Mailbox server are counted where the webmail sends them.',
    `Generated ${generatedAt}.`,
  ];
}
