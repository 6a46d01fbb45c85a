// `report.html`: one file that needs nothing else, no server, no network, no script.
import type { StoredIncident } from '../folder.ts';
import type { MachineFact, MachineMeasure } from '../context/machine.ts';
import type { PeerSockets } from '../context/sockets.ts';
import type { ShownFrame } from '../context/source-lines.ts';
import type { LogLine } from '../log-tail.ts';
import type { Curve, WorkerMeasure } from '../../history/index.ts';
import type { InFlightRoute } from '../../../worker/index.ts';
import { type Chart, clock, drawChart, type Mark } from './curves.ts';
import { Html, html } from './html.ts';
import { STYLE } from './style.ts';

/** How something that the server depends on was doing. */
export interface DependencyProbe {
  readonly name: string;
  /** `UP`, `DOWN`, or another word of whoever asked. */
  readonly status: string;
  readonly tookMs?: number | undefined;
  /** A sentence. */
  readonly detail?: string | undefined;
}

/** All that a report shows. Redacted already. */
export interface ReportData {
  readonly incident: StoredIncident;
  readonly frames: readonly ShownFrame[];
  readonly curves: {
    readonly worker: Readonly<Record<WorkerMeasure, Curve>> | undefined;
    readonly machine: Readonly<Record<MachineMeasure, Curve>> | undefined;
  };
  /** Undefined where nobody could be asked. */
  readonly requests: readonly InFlightRoute[] | undefined;
  readonly sockets: readonly PeerSockets[];
  readonly machine: readonly MachineFact[];
  readonly probes: readonly DependencyProbe[];
  readonly log: readonly LogLine[];
}

export function renderReport(data: ReportData): string {
  const { incident } = data;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        />
        <title>${incident.cause}, ${whose(incident)}, ${when(incident.openedAtMs)}</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Html(STYLE)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <p class="cause">${incident.cause}</p>
            <h1>${sentence(incident.summary)}</h1>
            <p class="faint">
              ${when(incident.openedAtMs)} UTC · worker ${incident.worker.id}, place ${incident.worker.slot},
              process ${incident.worker.pid} · ${length(incident)}
            </p>
          </header>
          ${list('Facts', incident.facts.map(sentence))}
          <section aria-labelledby="steps">
            <h2 id="steps">What was done</h2>
            <ol class="steps">
              ${incident.steps.map(
                ({ atMs, what }) =>
                  html`<li>
                    <time datetime="${new Date(atMs).toISOString()}"
                      >${clock(atMs)} <span class="count">+${seconds(atMs - incident.openedAtMs)}</span></time
                    ><span>${sentence(what)}</span>
                  </li>`,
              )}
            </ol>
          </section>
          ${charts(data)} ${stack(data.frames)}
          ${table(
            'Requests in flight',
            ['route', 'count', 'oldest'],
            data.requests?.map(({ route, count, oldestMs }) => [route, count, seconds(oldestMs)]),
            'None was waiting for an answer.',
          )}
          ${table(
            'Sockets by peer',
            ['peer', 'state', 'count', ''],
            optional(data.sockets)?.map(({ peer, state, count, direction }) => [
              peer,
              state,
              count,
              direction === 'in' ? 'they called' : 'we called',
            ]),
          )}
          ${table(
            'Dependencies',
            ['name', 'status', 'took', ''],
            optional(data.probes)?.map(({ name, status, tookMs, detail }) => [
              name,
              status,
              tookMs === undefined ? '' : `${Math.round(tookMs)} ms`,
              detail ?? '',
            ]),
          )}
          ${table(
            'Machine',
            ['what', 'value'],
            optional(data.machine)?.map(({ name, value }) => [name, value]),
          )}
          ${log(data.log)}
          ${table(
            'Files',
            ['file', 'what it is', 'size'],
            optional(incident.evidence)?.map(({ file, what, bytes }) => [
              html`<a href="${file}">${file}</a>`,
              what,
              size(bytes),
            ]),
          )}
          ${list('What could not be kept', incident.missing)}
        </main>
      </body>
    </html> `.text;
}

function charts({ curves: { worker, machine }, incident }: ReportData): Html {
  const marks: Mark[] = [{ atMs: incident.openedAtMs, name: 'opened' }];
  if (incident.endedAtMs !== undefined) marks.push({ atMs: incident.endedAtMs, name: 'ended' });
  const all: Chart[] = [];
  if (worker !== undefined) {
    all.push(
      {
        title: 'Event loop, busy',
        atLeast: 1,
        show: percent,
        lines: [{ name: 'busy', curve: worker.utilization }],
      },
      {
        title: 'Event loop, late',
        atLeast: 10,
        show: milliseconds,
        lines: [{ name: 'late', curve: worker.loopDelayMs }],
      },
      {
        title: 'Requests in flight',
        atLeast: 1,
        show: whole,
        lines: [{ name: 'in flight', curve: worker.inFlight }],
      },
      {
        title: 'Requests a second',
        atLeast: 1,
        show: whole,
        lines: [
          { name: 'completed', curve: worker.completedPerSecond },
          { name: 'refused', curve: worker.refusedPerSecond },
        ],
      },
      {
        title: 'Memory of the worker',
        atLeast: 1,
        show: megabytes,
        lines: [
          { name: 'resident', curve: worker.rssBytes },
          { name: 'old generation', curve: worker.heapBytes },
          { name: 'of it alive', curve: worker.liveBytes },
        ],
      },
      {
        title: 'Processors used by the worker',
        atLeast: 1,
        show: tenths,
        lines: [{ name: 'used', curve: worker.processors }],
      },
    );
  }
  if (machine !== undefined) {
    all.push(
      {
        title: 'Machine',
        atLeast: 1,
        show: percent,
        lines: [
          { name: 'processors', curve: machine.processorShare },
          { name: 'memory', curve: machine.memoryShare },
          { name: 'disk', curve: machine.diskShare },
        ],
      },
      {
        title: 'Network of the machine, a second',
        atLeast: 1,
        show: megabytes,
        lines: [
          { name: 'received', curve: machine.receivedBytesPerSecond },
          { name: 'sent', curve: machine.sentBytesPerSecond },
        ],
      },
    );
  }
  const drawn = all.map((chart) => drawChart(chart, marks)).filter(({ text }) => text !== '');
  if (drawn.length === 0) return html``;
  return html`<section aria-labelledby="curves">
    <h2 id="curves">The last ten minutes</h2>
    <div class="charts">${drawn}</div>
  </section>`;
}

function stack(frames: readonly ShownFrame[]): Html {
  if (frames.length === 0) return html``;
  return html`<section aria-labelledby="stack">
    <h2 id="stack">Where it stood</h2>
    ${frames.map(
      ({ functionName, url, line, column, lines }) =>
        html`<h3>
            ${functionName === '' ? 'an anonymous function' : functionName}
            <span class="faint">${url.replace(/^file:\/\//, '')}:${line}:${column}</span>
          </h3>
          ${
            lines.length === 0
              ? undefined
              : html`<pre tabindex="0">
${lines.map(({ number, text }) => {
                    const shown = `${String(number).padStart(5)}  ${text}`;
                    return number === line ? html`<mark>${shown}</mark> ` : html`${shown} `;
                  })}</pre>`
          }`,
    )}
  </section>`;
}

function log(lines: readonly LogLine[]): Html {
  if (lines.length === 0) return html``;
  return html`<section aria-labelledby="log">
    <h2 id="log">The last that it wrote</h2>
    <pre class="log" tabindex="0">
${lines.map(({ text, mark }) =>
        mark === undefined ? html`${text} ` : html`<mark data-mark="${mark}">${text}</mark> `,
      )}</pre>
  </section>`;
}

function list(title: string, items: readonly string[]): Html {
  if (items.length === 0) return html``;
  const id = idOf(title);
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    <ul>
      ${items.map((item) => html`<li>${item}</li>`)}
    </ul>
  </section>`;
}

/** @param none What is said when there are no rows; undefined rows are not spoken of. */
function table(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly (Html | string | number)[])[] | undefined,
  none: string = '',
): Html {
  if (rows === undefined) return html``;
  const id = idOf(title);
  const body =
    rows.length === 0
      ? html`<p>${none}</p>`
      : html`<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
          <table>
            <thead>
              <tr>
                ${columns.map((name) => html`<th scope="col">${name}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${rows.map(
                (row) =>
                  html`<tr>
                    ${row.map((cell) => html`<td>${cell}</td>`)}
                  </tr>`,
              )}
            </tbody>
          </table>
        </div>`;
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${body}
  </section>`;
}

function optional<T>(rows: readonly T[]): readonly T[] | undefined {
  return rows.length === 0 ? undefined : rows;
}

function idOf(title: string): string {
  return title.toLowerCase().replaceAll(/[^a-z]+/g, '-');
}

/** What concerns no worker in particular is told of worker 0. */
function whose({ worker }: StoredIncident): string {
  return worker.id === 0 ? 'the whole instance' : `worker ${worker.id}`;
}

function when(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');
}

function length({ openedAtMs, endedAtMs }: StoredIncident): string {
  return endedAtMs === undefined ? 'not over yet' : `over after ${seconds(endedAtMs - openedAtMs)}`;
}

/** Our sentences begin in small letters, since a log line goes before them. */
function sentence(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function milliseconds(ms: number): string {
  return ms >= 1000 ? seconds(ms) : `${ms.toFixed(0)} ms`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

function whole(value: number): string {
  return value.toFixed(value < 10 && value % 1 !== 0 ? 1 : 0);
}

function tenths(value: number): string {
  return value.toFixed(1);
}

function megabytes(bytes: number): string {
  const mb = bytes / 1024 / 1024;
  return `${mb.toFixed(mb < 10 ? 1 : 0)} MB`;
}

function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : megabytes(bytes);
}
