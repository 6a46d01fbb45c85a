// The report of a run: one file that needs nothing else, no server, no network, no script.
import { type Html, html, page } from '../../core/html.ts';
import type { LatencyFigures, LoadCounts, LoadResult, LoadSecond } from '../contract.ts';
import type { Verdict } from '../expect/index.ts';
import { distribution, type Layer, overSeconds } from './chart.ts';
import { STYLE } from './style.ts';

export function renderPage(result: LoadResult, verdicts: readonly Verdict[] = []): string {
  const { url, startedAt, durationMs, seed, deadlineMs, invalidBecause, seconds, latency, lag } = result;
  const when = startedAt.slice(0, 19).replace('T', ' ');
  return page({
    title: `Load on ${url}, ${when}`,
    style: STYLE,
    body: html`<main>
      <h1>Load on ${url}</h1>
      <p class="faint">${when} UTC · ${(durationMs / 1000).toFixed(1)} s · seed ${seed}</p>
      ${invalidBecause === undefined ? undefined : html`<p class="bad">Not valid: ${invalidBecause}.</p>`}
      ${expectations(verdicts)}
      ${overSeconds({
        title: `Requests per second, by what became of them; good is within ${deadlineMs} ms`,
        show: whole,
        layers: outcomeLayers(result),
        isStacked: true,
      })}
      ${overSeconds({
        title: 'Latency of what was served, from when each request was due',
        show: milliseconds,
        layers: [
          { name: 'p99', color: 'late', values: served(seconds, ({ p99Ms }) => p99Ms) },
          { name: 'p50', color: 'good', values: served(seconds, ({ p50Ms }) => p50Ms) },
        ],
        isStacked: false,
      })}
      ${distribution('Latency: how many were served up to which time', result.histogram, milliseconds)}
      <h2>Figures</h2>
      ${table(
        ['', 'offered', 'good', 'late', 'refused', 'failed', 'mean', 'p50', 'p90', 'p99', 'p99.9', 'max'],
        [['all', result, latency] as const, ...Object.entries(result.kinds).map(kindRow)].map(figuresRow),
      )}
      ${byName('Refused', result.refusedBy)} ${byName('Failed', result.failedBy)}
      <p class="faint">
        ${
          `Generator: p99 of its lag ${milliseconds(lag.p99Ms)}, ${whole(result.connectionsOpened)} connections opened, ` +
          `${whole(result.waitedForConnection)} requests waited for one.`
        }
      </p>
    </main>`,
  });
}

function expectations(verdicts: readonly Verdict[]): Html | undefined {
  if (verdicts.length === 0) return undefined;
  return html`<ul>
    ${verdicts.map(({ expectation, isMet, found }) =>
      isMet
        ? html`<li>met: ${expectation.text} (${found})</li>`
        : html`<li class="bad">not met: ${expectation.text} (${found})</li>`,
    )}
  </ul>`;
}

function outcomeLayers({ seconds, durationMs }: LoadResult): readonly Layer[] {
  const names = ['good', 'late', 'refused', 'failed'] as const;
  // A last second that is shorter would look like a breakdown.
  const full = seconds.filter(({ atMs }, i) => i === 0 || atMs + 1000 <= durationMs);
  return names.map((name) => ({ name, color: name, values: full.map((second) => second[name]) }));
}

function served(
  seconds: readonly LoadSecond[],
  of: (second: LoadSecond) => number,
): readonly (number | undefined)[] {
  return seconds.map((second) => (second.good + second.late === 0 ? undefined : of(second)));
}

type Row = readonly [name: string, counts: LoadCounts, latency: LatencyFigures];

function kindRow([name, kind]: readonly [string, LoadResult['kinds'][string]]): Row {
  return [name, kind, kind.latency];
}

function figuresRow([name, { offered, good, late, refused, failed }, latency]: Row): readonly string[] {
  const { meanMs, p50Ms, p90Ms, p99Ms, p999Ms, maxMs } = latency;
  const times = [meanMs, p50Ms, p90Ms, p99Ms, p999Ms, maxMs];
  return [name]
    .concat([offered, good, late, refused, failed].map(whole))
    .concat(times.map((ms) => (latency.count === 0 ? '–' : milliseconds(ms))));
}

function byName(title: string, counts: Readonly<Record<string, number>>): Html | undefined {
  const rows = Object.entries(counts).map(([name, count]) => [name, whole(count)]);
  return rows.length === 0
    ? undefined
    : html`<h2>${title}</h2>
        ${table(['reason', 'count'], rows)}`;
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${titles.map((title) => html`<th scope="col">${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (cells) =>
            html`<tr>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function milliseconds(ms: number): string {
  return ms >= 1000 ? `${Number((ms / 1000).toPrecision(3))} s` : `${Number(ms.toPrecision(3))} ms`;
}
