import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Row } from '../rows.ts';

/** One of those that are compared: it has a colour of its own everywhere. */
export interface Contender {
  readonly name: string;
  /** A class of page.css, and the name of the colour there. */
  readonly colour: string;
}

/** A report's parts; those named so are HTML. */
interface Page {
  readonly title: string;
  readonly introductionHtml: string;
  readonly tilesHtml: string;
  readonly contenders: readonly Contender[];
  readonly tableHtml: string;
  /** How it was measured, item by item. */
  readonly method: readonly string[];
  /** What the script finds as JSON in the element `run`. */
  readonly data: object;
  /** Says what to draw, by `drawCharts` of charts.js. */
  readonly script: URL;
}

/** One HTML file that needs nothing else: no server, no network. */
export async function renderPage(page: Page): Promise<string> {
  const require = createRequire(import.meta.url);
  const [chartCode, chartStyle, charts, code, style] = await Promise.all([
    readFile(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8'),
    readFile(require.resolve('uplot/dist/uPlot.min.css'), 'utf8'),
    readFile(new URL('charts.js', import.meta.url), 'utf8'),
    readFile(page.script, 'utf8'),
    readFile(new URL('page.css', import.meta.url), 'utf8'),
  ]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escape(page.title)}</title>
<link rel="icon" href="data:,">
<style>${chartStyle}
${style}</style>
</head>
<body>
<main>
<header>
<h1>${escape(page.title)}</h1>
<p>${page.introductionHtml}</p>
</header>
<section class="tiles" aria-label="In short">
${page.tilesHtml}
</section>
<section aria-label="Curves">
<ul class="key" aria-label="Colours">
${page.contenders.map(({ name, colour }) => `<li class="${colour}">${escape(name)}</li>`).join('\n')}
</ul>
<div id="charts"></div>
</section>
<section>
<h2>The numbers</h2>
${page.tableHtml}
</section>
<section>
<h2>How this was measured</h2>
<ul>${page.method.map((item) => `<li>${escape(item)}</li>`).join('\n')}</ul>
</section>
</main>
<script type="application/json" id="run">${JSON.stringify(page.data).replaceAll('<', '\\u003c')}</script>
<script>${chartCode}</script>
<script>${charts}</script>
<script>${code}</script>
</body>
</html>
`;
}

/** A figure of each, large. */
export function tile(title: string, contenders: readonly Contender[], values: readonly string[]): string {
  const figures = contenders.map(
    ({ name, colour }, i) =>
      `<div class="${colour}"><dt>${escape(name)}</dt><dd>${figure(values[i] ?? '')}</dd></div>`,
  );
  return `<div class="tile"><h2>${escape(title)}</h2><dl>${figures.join('')}</dl></div>`;
}

/** The comparison, as the terminal has it. */
export function table(contenders: readonly Contender[], rows: readonly Row[], caption: string): string {
  const columns = contenders.length + 2;
  const heads = contenders.map(
    ({ name, colour }) => `<th scope="col" class="${colour}">${escape(name)}</th>`,
  );
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
<thead><tr><td></td>${heads.join('')}<th scope="col">goal</th></tr></thead>
${body.join('\n')}
</table></div>`;
}

/** A number stays with its unit when the screen is narrow. */
function figure(text: string): string {
  return escape(text).replaceAll(/(\d|≥|≤|&lt;) (?=\S)/g, '$1&nbsp;');
}

export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
