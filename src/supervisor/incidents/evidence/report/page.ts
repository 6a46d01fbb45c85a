// `report.html`: one file that needs nothing else, no server, no network, no script.
import { seconds } from '../../../../core/units.ts';
import type { StoredIncident } from '../folder.ts';
import type { MachineFact } from '../../../detect/probes/facts.ts';
import type { PeerSockets } from '../../../detect/probes/sockets-by-peer.ts';
import type { ShownFrame } from '../source-lines.ts';
import type { LogLine } from '../../../workers/process/log-tail.ts';
import type { InFlightRoute } from '../../../../worker/index.ts';
import { charts, type Curves } from './charts.ts';
import { clock } from './curves.ts';
import { html, page } from '../../../../core/html.ts';
import { list, log, stack, table } from './parts.ts';
import { STYLE } from './style.ts';
import { size } from './units.ts';

/** How something that the server depends on was doing. */
export interface DependencyProbe {
  readonly name: string;
  /** `UP`, `DOWN`, or another word of the caller. */
  readonly status: string;
  readonly tookMs?: number | undefined;
  /** A sentence. */
  readonly detail?: string | undefined;
}

/** All that a report shows. Redacted already. */
export interface ReportData {
  readonly incident: StoredIncident;
  readonly frames: readonly ShownFrame[];
  readonly curves: Curves;
  /** Undefined where there was none to ask. */
  readonly requests: readonly InFlightRoute[] | undefined;
  readonly sockets: readonly PeerSockets[];
  readonly machine: readonly MachineFact[];
  readonly probes: readonly DependencyProbe[];
  readonly log: readonly LogLine[];
}

export function renderReport(data: ReportData): string {
  const { incident } = data;
  return page({
    title: `${incident.cause}, ${whose(incident)}, ${when(incident.openedAtMs)}`,
    style: STYLE,
    body: html`<main>
      <header>
        <p class="cause">${incident.cause}</p>
        <h1>${sentence(incident.summary)}</h1>
        <p class="faint">
          ${when(incident.openedAtMs)} UTC · ${whose(incident)}, process ${incident.worker.pid} ·
          ${length(incident)}
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
      ${charts(data.curves, incident)} ${stack(data.frames)}
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
    </main>`,
  });
}

function optional<T>(rows: readonly T[]): readonly T[] | undefined {
  return rows.length === 0 ? undefined : rows;
}

/** What concerns no worker in particular is reported of worker 0. */
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
