import { escape, figure, renderPage } from '../page/shell.ts';
import { megabytes, type Row } from '../rows.ts';
import { CLIENTS } from './plan.ts';
import { seconds, slowClientsRows } from './rows.ts';
import type { SlowClientsRun, Variant } from './run-data.ts';

const TITLE = 'Fifty slow clients, and three ways to write to them';

/** The report of the slow clients, as one HTML file. */
export async function renderSlowClientsReport(run: SlowClientsRun): Promise<string> {
  const { variants } = run;
  const body = `<header>
<h1>${TITLE}</h1>
<p>${escape(introduction(run))}</p>
</header>
<section class="tiles" aria-label="In short">
${tile('Memory peak', variants, ({ memoryPeakBytes }) => megabytes(memoryPeakBytes))}
${tile('Out of memory', variants, ({ diedAtMs }) => (diedAtMs === undefined ? 'never' : seconds(diedAtMs)))}
</section>
<section aria-label="Curves">
<ul class="key" aria-label="Colours">
${variants.map(({ writer }) => `<li class="${writer}">${writer}</li>`).join('\n')}
</ul>
<div id="charts"></div>
</section>
<section>
<h2>The numbers</h2>
${table(variants, slowClientsRows(run))}
</section>
<section>
<h2>How this was measured</h2>
<ul>${method(run)
    .map((item) => `<li>${escape(item)}</li>`)
    .join('\n')}</ul>
</section>`;
  return renderPage({
    title: TITLE,
    body,
    data: run,
    script: new URL('../page/slow-clients.js', import.meta.url),
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

function tile(title: string, variants: readonly Variant[], of: (variant: Variant) => string): string {
  const values = variants
    .map(
      (variant) =>
        `<div class="${variant.writer}"><dt>${variant.writer}</dt><dd>${figure(of(variant))}</dd></div>`,
    )
    .join('');
  return `<div class="tile"><h2>${title}</h2><dl>${values}</dl></div>`;
}

function table(variants: readonly Variant[], rows: readonly Row[]): string {
  const heads = variants.map(({ writer }) => `<th scope="col" class="${writer}">${writer}</th>`).join('');
  const lines = rows.map(
    ({ label, values, goal }) =>
      `<tr><th scope="row">${escape(label)}</th>${[...values, goal].map((value) => `<td>${figure(value)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="Table of the numbers"><table>
<caption>The same clients each time; medians over the run.</caption>
<thead><tr><td></td>${heads}<th scope="col">goal</th></tr></thead>
<tbody>${lines.join('\n')}</tbody>
</table></div>`;
}

function method({ machine, cores, lengthMs, memoryLimitBytes, generatedAt }: SlowClientsRun): string[] {
  return [
    `${machine}; ${cores}.`,
    `Each way to write had a fresh server with --max-old-space-size=${memoryLimitBytes / 1e6} and ${seconds(lengthMs)} of the same clients. That option does not hold for Buffers, ` +
      `so the demonstration does what the kernel does in a container of that size: a server with more resident memory than ${megabytes(memoryLimitBytes)} is ended.`,
    'Each client that is slow asks whether it has the last mailbox or not, as people press reload. The ping is one line on a connection of its own every 10 ms, counted from when it was due.',
    `Generated ${generatedAt}.`,
  ];
}
