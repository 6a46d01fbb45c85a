import { escape, figure, renderPage } from './page/shell.ts';
import { comparison, megabytes, milliseconds, percent, type Row } from './rows.ts';
import type { ActionFigures, RunData, Side } from './run-data.ts';

/** The report of the flood, as one HTML file. */
export async function renderReport(data: RunData): Promise<string> {
  const body = `<header>
<h1>The same flood of mail, without Respite and with&nbsp;it</h1>
<p>${introduction(data)}</p>
</header>
<section class="tiles" aria-label="In short">
${tiles(data.sides)}
</section>
<section aria-label="Curves">
<ul class="key" aria-label="Colours">
${data.sides.map((side) => `<li class="${sideClass(side)}">${escape(side.name)}</li>`).join('\n')}
</ul>
<div id="charts"></div>
</section>
<section>
<h2>The numbers</h2>
${table(data.sides, comparison(data))}
</section>
<section>
<h2>How this was measured</h2>
${method(data)}
</section>`;
  const title = 'The same flood of mail, without Respite and with it';
  return renderPage({ title, body, data, script: new URL('page/flood.js', import.meta.url) });
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

function table(sides: readonly Side[], rows: readonly Row[]): string {
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
<caption>Both sides had the same mails, users, moments and sizes.</caption>
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

function sideClass({ isProtected }: Side): string {
  return isProtected ? 'with' : 'without';
}
