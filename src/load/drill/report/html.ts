import { seconds } from '../../../core/units.ts';
import { type Html, html, page } from '../../../core/html.ts';
import type { DrillReport, DrillResult } from '../contract.ts';

import { reportText, summaryOf } from './text.ts';

const WIDTH = 640;
const HEIGHT = 80;

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
  article { border-top: 1px solid #8886; padding: .5rem 0 1rem; }
  h2 { font-size: 1.1rem; margin: .5rem 0; }
  .held { color: #0a7d32; } .failed { color: #c4232b; } .skipped { color: #777; }
  @media (prefers-color-scheme: dark) { .held { color: #5fd38a; } .failed { color: #ff8a8a; } .skipped { color: #aaa; } }
  svg { width: 100%; height: auto; } li.failed { font-weight: 600; }
  .fault { fill: #c4232b22; } .offered { fill: none; stroke: #888; } .good { fill: none; stroke: #0a7d32; stroke-width: 2; }
`;

/** The report as one page: no script, nothing loaded. */
export function htmlReport(report: DrillReport): string {
  const { instance, results, startedAtMs } = report;
  return page({
    title: `Drill of ${instance}`,
    style: STYLE,
    body: html`<h1>Drill of ${instance}</h1>
      <p>${new Date(startedAtMs).toISOString()}</p>
      ${reportText(report)
        .split('\n')
        .map((line) => html`<p>${line}</p>`)}
      ${results.map(article)}`,
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
  const most = Math.max(1, ...all.map(({ offered }) => offered));
  const x = (ms: number): string => ((WIDTH * Math.min(ms, lastMs)) / lastMs).toFixed(1);
  const y = (count: number): string => (HEIGHT - (HEIGHT * count) / most).toFixed(1);
  const line = (key: 'offered' | 'good'): string =>
    all.map((second) => `${x(second.atMs)},${y(second[key])}`).join(' ');
  const [fromMs, toMs] = faultMs ?? [0, 0];
  const label = `Requests of each second during ${name}; the fault lasted from ${seconds(fromMs)} to ${seconds(toMs)}`;
  const width = (Number(x(toMs)) - Number(x(fromMs))).toFixed(1);
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
    <rect class="fault" x="${x(fromMs)}" y="0" width="${width}" height="${HEIGHT}" />
    <polyline class="offered" points="${line('offered')}" />
    <polyline class="good" points="${line('good')}" />
  </svg>`;
}
