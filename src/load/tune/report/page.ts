// `--html`: one file that needs nothing else, no server, no network, no script.
import { html, page } from '../../../core/html.ts';
import type { Capacity } from '../capacity.ts';
import type { TuneReport } from '../findings.ts';
import { type Chart, drawChart } from './chart.ts';
import { statementsOf } from './sentences.ts';
import { STYLE } from './style.ts';
import { consequencesOf, verdictOf } from './verdict.ts';

/** What a page shows besides the report. */
export interface PageFrame {
  readonly script: string;
  /** Name of the configuration. */
  readonly file: string;
  readonly atMs: number;
  /** Which cores the server and the generator had. */
  readonly cores: string;
}

export function renderPage(report: TuneReport, { script, file, atMs, cores }: PageFrame): string {
  const when = new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
  const consequences = consequencesOf(report.advice, file);
  return page({
    title: `respite tune ${script}, ${when}`,
    style: STYLE,
    body: html`<main>
      <h1>${verdictOf(report).replace(/:$/, '')}</h1>
      <p class="faint">respite tune ${script} · ${when} UTC · ${cores}</p>
      ${consequences === '' ? undefined : html`<pre>${consequences}</pre>`}
      <dl>
        ${statementsOf(report).map(
          ({ question, answer }) =>
            html`<dt>${question}</dt>
              <dd>${answer}</dd>`,
        )}
      </dl>
      ${chartsOf(report).map(drawChart)}
    </main>`,
  });
}

function chartsOf(report: TuneReport): readonly Chart[] {
  const { capacity, limit, accept } = report;
  return [
    ...(capacity === undefined ? [] : capacityCharts(capacity, report)),
    ...(limit === undefined
      ? []
      : [
          {
            title: 'Goodput under overload by fixed in-flight limit, requests/s',
            xName: 'limit',
            yName: 'requests/s',
            lines: [
              {
                name: 'served within the deadline',
                points: limit.sweep.points.map((point) => [point.limit, point.goodPerSecond] as const),
              },
            ],
            mark: { x: limit.sweep.best.limit, name: `best: ${limit.sweep.best.limit}` },
          },
        ]),
    ...(accept === undefined
      ? []
      : [
          {
            title:
              'Accept queue: until the last connection was answered, ms; hollow where connections timed out',
            xName: 'backlog',
            yName: 'ms',
            lines: [...Map.groupBy(accept.trials, ({ copies }) => copies)].map(([copies, trials]) => ({
              name: `${copies} ${copies === 1 ? 'copy' : 'copies'} of the socket`,
              points: trials.map(
                ({ backlog, slowestMs, timedOut }) => [backlog, slowestMs, timedOut > 0] as const,
              ),
            })),
          },
        ]),
  ];
}

function capacityCharts({ readings, perSecond }: Capacity, { buffers }: TuneReport): readonly Chart[] {
  const all = [...readings, ...(buffers?.readings ?? [])];
  const mark = { x: perSecond.mean, name: 'capacity' };
  return [
    {
      title: 'Goodput and shed requests by offered rate, requests/s',
      xName: 'offered, requests/s',
      yName: 'requests/s',
      lines: [
        {
          name: 'served within the deadline',
          points: all.map((reading) => [reading.offeredPerSecond, reading.goodPerSecond] as const),
        },
        {
          name: 'shed',
          points: all.map(
            (reading) => [reading.offeredPerSecond, reading.refusedShare * reading.offeredPerSecond] as const,
          ),
        },
      ],
      mark,
    },
    {
      title: 'Latency by offered rate, ms',
      xName: 'offered, requests/s',
      yName: 'ms',
      lines: [
        {
          name: 'p99 of served requests',
          points: all.map((each) => [each.offeredPerSecond, each.p99Ms] as const),
        },
        { name: 'mean', points: all.map((each) => [each.offeredPerSecond, each.meanMs] as const) },
      ],
      mark,
    },
  ];
}
