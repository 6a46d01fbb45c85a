import { figure, type Point } from '../../../core/chart.ts';
import { linear, upTo } from '../../../core/chart-axis.ts';
import { REPORT_STYLE } from '../../../core/chart-style.ts';
import { count, seconds } from '../../../core/units.ts';
import { type Html, html, page } from '../../../core/html.ts';
import type { DrillReport, DrillResult } from '../contract.ts';

import { reportText, summaryOf } from './text.ts';

const STYLE = `${REPORT_STYLE}
article { border-top: 1px solid var(--edge); padding: .5rem 0 1rem; }
article h2 { margin: .5rem 0; font-size: 1.1rem; }
.held { color: var(--good); } .skipped { color: var(--faint); } li.failed { font-weight: 600; }
.plot svg { height: 5rem; }
`;

/** The report as one page: no script, nothing loaded. */
export function htmlReport(report: DrillReport): string {
  const { instance, results, startedAtMs } = report;
  return page({
    title: `Drill of ${instance}`,
    style: STYLE,
    body: html`<main>
      <h1>Drill of ${instance}</h1>
      <p class="faint">${new Date(startedAtMs).toISOString()}</p>
      ${reportText(report)
        .split('\n')
        .map((line) => html`<p>${line}</p>`)}
      ${results.map(article)}
    </main>`,
  });
}

function article(result: DrillResult): Html {
  const { name, about, outcome, hypothesis, reason, checks } = result;
  return html`<article>
    <h2><span class="${outcome}">${outcome}</span> ${name}</h2>
    <p>${about}. ${reason ?? summaryOf(result)}</p>
    ${hypothesis === undefined ? undefined : html`<p>Hypothesis: ${hypothesis}</p>`}
    <ul>
      ${checks.map(({ held, text }) => html`<li class="${held ? 'held' : 'failed'}">${text}</li>`)}
    </ul>
    ${curve(result)}
  </article>`;
}

/** Requests of each second: all of them, and those that were served in time. */
function curve({ seconds: measured, faultMs, name }: DrillResult): Html | undefined {
  // The last second is not a whole one.
  const all = measured.slice(0, -1);
  const lastMs = all.at(-1)?.atMs ?? 0;
  if (lastMs === 0) return undefined;
  const [fromMs, toMs] = faultMs ?? [0, 0];
  const line = (key: 'offered' | 'good'): readonly Point[] =>
    all.map((second): Point => [second.atMs, second[key]]);
  return figure({
    title: 'Requests of each second',
    label: `Requests of each second during ${name}; the fault lasted from ${seconds(fromMs)} to ${seconds(toMs)}`,
    x: linear(0, lastMs, [0, lastMs], seconds),
    y: upTo(Math.max(1, ...all.map(({ offered }) => offered)), count),
    series: [
      { name: 'sent', color: 'open', points: line('offered') },
      { name: 'served in time', color: 'good', points: line('good') },
    ],
    spans: faultMs === undefined ? [] : [{ from: fromMs, to: Math.min(toMs, lastMs), name: 'fault' }],
    xName: faultMs === undefined ? 'time' : 'time; shaded: the fault',
  });
}
