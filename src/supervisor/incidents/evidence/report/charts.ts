// Which curves the report shows.
import { percent } from '../../../../core/units.ts';
import type { Curve } from '../../../../core/history.ts';
import type { WorkerMeasure } from '../../../detect/probes/worker-history.ts';
import type { MachineMeasure } from '../../../detect/probes/machine-history.ts';
import type { StoredIncident } from '../folder.ts';
import { type Chart, drawChart, type Mark } from './curves.ts';
import { type Html, html } from '../../../../core/html.ts';
import { milliseconds, size, tenths, whole } from './units.ts';

/** Undefined where nothing was measured. */
export interface Curves {
  readonly worker: Readonly<Record<WorkerMeasure, Curve>> | undefined;
  readonly machine: Readonly<Record<MachineMeasure, Curve>> | undefined;
}

export function charts({ worker, machine }: Curves, incident: StoredIncident): Html {
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
        show: size,
        base: 1024,
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
        show: size,
        base: 1024,
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
