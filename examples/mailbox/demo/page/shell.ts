import { readFile } from 'node:fs/promises';
import { REPORT_STYLE } from '../../../../src/core/chart-style.ts';
import { type Html, html, page } from '../../../../src/core/html.ts';
import type { Row } from '../rows.ts';
import { type CurveChart, drawCurves, type Timeline } from './charts.ts';

/** One of those that are compared: it has a color of its own everywhere. */
export interface Contender {
  readonly name: string;
  /** Class of the style of reports, such as `good` or `late`. */
  readonly color: string;
}

/** A report's parts. */
interface Report {
  readonly title: string;
  readonly introduction: string;
  readonly tiles: readonly Html[];
  readonly charts: readonly CurveChart[];
  readonly timeline: Timeline;
  readonly table: Html;
  /** How it was measured, item by item. */
  readonly method: readonly string[];
}

/** One HTML file that needs nothing else: no server, no network, no script. */
export async function renderPage(report: Report): Promise<string> {
  const { title, introduction, tiles, charts, timeline, table: numbers, method } = report;
  const style = await readFile(new URL('page.css', import.meta.url), 'utf8');
  return page({
    title,
    style: `${REPORT_STYLE}\n${style}`,
    body: html`<main>
      <header>
        <h1>${title}</h1>
        <p>${introduction}</p>
      </header>
      <section class="tiles" aria-label="In short">${tiles}</section>
      <section class="charts" aria-label="Curves">
        ${charts.map((chart) => drawCurves(chart, timeline))}
      </section>
      <section>
        <h2>The numbers</h2>
        ${numbers}
      </section>
      <section>
        <h2>How this was measured</h2>
        <ul class="method">
          ${method.map((item) => html`<li>${item}</li>`)}
        </ul>
      </section>
    </main>`,
  });
}

/** A figure of each, large. */
export function tile(title: string, contenders: readonly Contender[], values: readonly string[]): Html {
  const figures = contenders.map(
    ({ name, color }, i) =>
      html`<div class="${color}">
        <dt>${name}</dt>
        <dd>${figure(values[i] ?? '')}</dd>
      </div>`,
  );
  return html`<div class="tile">
    <h2>${title}</h2>
    <dl>${figures}</dl>
  </div>`;
}

/** The comparison, as the terminal has it. */
export function table(contenders: readonly Contender[], rows: readonly Row[], caption: string): Html {
  const columns = contenders.length + 2;
  const heads = contenders.map(({ name, color }) => html`<th scope="col" class="${color}">${name}</th>`);
  const body = [...Map.groupBy(rows, ({ section }) => section)].map(
    ([section, lines]) =>
      html`<tbody>
        <tr>
          <th colspan="${columns}" scope="rowgroup">${section}</th>
        </tr>
        ${lines.map(
          ({ label, values, goal }) =>
            html`<tr>
              <th scope="row">${label}</th>
              ${[...values, goal].map((value) => html`<td>${figure(value)}</td>`)}
            </tr>`,
        )}
      </tbody>`,
  );
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of the numbers">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          <td></td>
          ${heads}
          <th scope="col">goal</th>
        </tr>
      </thead>
      ${body}
    </table>
  </div>`;
}

/** A number stays with its unit when the screen is narrow. */
function figure(text: string): string {
  return text.replaceAll(/(\d|[≥≤<]) (?=\S)/g, '$1\u00A0');
}
