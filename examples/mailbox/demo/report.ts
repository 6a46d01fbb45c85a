import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { comparison, megabytes, milliseconds, percent, type Row } from './rows.ts';
import type { ActionFigures, RunData, Side } from './run-data.ts';

/** A report's parts; those named so are HTML. */
export interface ReportParts {
  readonly title: string;
  readonly introductionHtml: string;
  readonly tilesHtml: string;
  readonly sides: readonly { readonly name: string; readonly isProtected: boolean }[];
  readonly tableHtml: string;
  readonly methodHtml: string;
  /** For page.js. */
  readonly data: object;
}

export function renderReport(data: RunData): Promise<string> {
  return renderPage({
    title: 'The same flood of mail, without Respite and with it',
    introductionHtml: introduction(data),
    tilesHtml: tiles(data.sides),
    sides: data.sides,
    tableHtml: table(
      data.sides,
      comparison(data),
      'Both sides had the same mails, users, moments and sizes.',
    ),
    methodHtml: method(data),
    data,
  });
}

/** One HTML file that needs nothing else: no server, no network. */
export async function renderPage(parts: ReportParts): Promise<string> {
  const require = createRequire(import.meta.url);
  const [chartCode, chartStyle, code, style] = await Promise.all([
    readFile(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8'),
    readFile(require.resolve('uplot/dist/uPlot.min.css'), 'utf8'),
    readFile(new URL('page/page.js', import.meta.url), 'utf8'),
    readFile(new URL('page/page.css', import.meta.url), 'utf8'),
  ]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escape(parts.title)}</title>
<link rel="icon" href="data:,">
<style>${chartStyle}
${style}</style>
</head>
<body>
<main>
<header>
<h1>${escape(parts.title)}</h1>
<p>${parts.introductionHtml}</p>
</header>
<section class="tiles" aria-label="In short">
${parts.tilesHtml}
</section>
<section aria-label="Curves">
<ul class="key" aria-label="Colours">
${parts.sides.map((side) => `<li class="${sideClass(side)}">${escape(side.name)}</li>`).join('\n')}
</ul>
<div id="charts"></div>
</section>
<section>
<h2>The numbers</h2>
${parts.tableHtml}
</section>
<section>
<h2>How this was measured</h2>
${parts.methodHtml}
</section>
</main>
<script type="application/json" id="run">${JSON.stringify(parts.data).replaceAll('<', '\\u003c')}</script>
<script>${chartCode}</script>
<script>${code}</script>
</body>
</html>
`;
}

function introduction({ storm }: RunData): string {
  return escape(
    `${storm.users} mailboxes are read by people who list and open their mail, ${storm.userCallsPerSecond} calls a second. ` +
      `Then ${perSecond(storm.floodBytesPerSecond)} of mail comes in, ` +
      `${(storm.floodBytesPerSecond / storm.capacityBytesPerSecond).toFixed(0)} times what the service can take here. ` +
      'Left alone, it takes everything at once and the people wait. With Respite, it takes as much as it can and asks ' +
      'the senders to come back, as mail servers do.',
  );
}

function tiles(sides: readonly Side[]): string {
  const worst = ({ users: { list, read } }: Side, of: (figures: ActionFigures) => number): number =>
    Math.max(of(list), of(read));
  const success = ({ users: { list, read } }: Side): number =>
    Math.min(list.storm.success, read.storm.success);
  const tile = (title: string, of: (side: Side) => string): string =>
    `<div class="tile"><h2>${title}</h2><dl>${sides
      .map(
        (side) => `<div class="${sideClass(side)}"><dt>${escape(side.name)}</dt><dd>${of(side)}</dd></div>`,
      )
      .join('')}</dl></div>`;
  return [
    tile('Users wait in the storm, p99', (side) => milliseconds(worst(side, ({ storm }) => storm.p99Ms))),
    tile('Users’ calls that succeed', (side) => percent(success(side))),
    tile('Mails lost, duplicated', ({ mail }) => `${mail.lost}, ${mail.duplicated}`),
    tile('Memory peak', ({ memoryPeakBytes }) => megabytes(memoryPeakBytes)),
  ].join('\n');
}

export function table(sides: ReportParts['sides'], rows: readonly Row[], caption: string): string {
  const columns = sides.length + 2;
  const body = [...Map.groupBy(rows, ({ section }) => section)].map(
    ([section, lines]) =>
      `<tbody><tr><th colspan="${columns}" scope="rowgroup">${escape(section)}</th></tr>${lines
        .map(
          ({ label, values, goal }) =>
            `<tr><th scope="row">${escape(label)}</th>${[...values, goal].map((value) => `<td>${figure(value)}</td>`).join('')}</tr>`,
        )
        .join('\n')}</tbody>`,
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="Table of the numbers"><table>
<caption>${escape(caption)}</caption>
<thead><tr><td></td>${sides.map((side) => `<th scope="col" class="${sideClass(side)}">${escape(side.name)}</th>`).join('')}<th scope="col">goal</th></tr></thead>
${body.join('\n')}
</table></div>`;
}

function method({ storm, sides, machine, cores, generatedAt }: RunData): string {
  const lag = sides.map(({ generatorLagP99Ms }) => milliseconds(generatorLagP99Ms)).join(' and ');
  const items = [
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
  return `<ul>${items.map((item) => `<li>${escape(item)}</li>`).join('\n')}</ul>`;
}

function perSecond(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 10e6 ? 1 : 0)} MB/s`;
}

/** A number stays with its unit when the screen is narrow. */
function figure(text: string): string {
  return escape(text).replaceAll(/(\d|≥|≤|&lt;) (?=\S)/g, '$1&nbsp;');
}

export function sideClass({ isProtected }: { readonly isProtected: boolean }): string {
  return isProtected ? 'with' : 'without';
}

export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
