import { count, percent } from '../../core/units.ts';
import path from 'node:path';
import type { Incident, WorkerStatus } from '../../supervisor/index.ts';
import { printable } from '../printable.ts';
import { type Column, table } from '../table.ts';
import { duration, moment, size } from '../words.ts';
import type { StatusAnswer } from './answer.ts';
import { rssOf, type Standing, standing, type Traffic, traffic } from './figures.ts';

/** As many incidents are shown. */
const MOST_INCIDENTS = 5;

/** `respite status`: the instance at one moment, with what it has counted since its start. */
export function summary(status: StatusAnswer): string {
  const now = standing(status);
  const since = traffic(status);
  const rows: readonly (readonly [name: string, text: string])[] = [
    ['workers', `${now.ready} of ${status.workersWanted} ready${restarts(status)}`],
    ...standbyRow(status),
    ['served', `${count(since.served)}${since.failed === 0 ? '' : `, and ${count(since.failed)} failed`}`],
    ['refused', refusals(since)],
    ['latency', latency(since)],
    ['utilization', fullness(now)],
    ['headroom', headroom(status)],
    ['in flight', `${count(now.inFlight)} of ${count(now.limit)}`],
    ['event loop', eventLoop(now)],
    ['memory', size(now.rssBytes)],
  ];
  const lines = [
    `${printable(path.basename(status.script))}: ${verdict(now)}, up ${duration(status.uptimeSeconds * 1000)}${status.dryRun ? ', dry run: nothing is refused' : ''}`,
    '',
    ...rows.map(([name, text]) => `${name.padEnd(12)}${text}`),
    '',
    ...workerTable(status.workers),
    ...incidentLines(status.incidents),
  ];
  return `${lines.join('\n')}\n`;
}

/** `well`, or what is wrong. */
export function verdict({ isWell, problems }: Standing): string {
  return isWell ? 'well' : `not well (${problems.join(', ')})`;
}

/** `12 (in-flight 10, priority 2)`. */
export function refusals(
  { refused, refusedBy, wouldRefuse }: Traffic,
  show: (value: number) => string = count,
): string {
  const reasons = refusedBy.map(([reason, number]) => `${printable(reason)} ${show(number)}`).join(', ');
  const would = wouldRefuse === 0 ? '' : `, would have refused ${show(wouldRefuse)}`;
  return `${show(refused)}${reasons === '' ? '' : ` (${reasons})`}${would}`;
}

/** `p50 4 ms, p90 12 ms, p99 95 ms`. */
export function latency({ p50Seconds, p90Seconds, p99Seconds }: Traffic): string {
  if (p50Seconds === undefined || p90Seconds === undefined || p99Seconds === undefined)
    return 'nothing served';
  return `p50 ${duration(p50Seconds * 1000)}, p90 ${duration(p90Seconds * 1000)}, p99 ${duration(p99Seconds * 1000)}`;
}

/** `98 %, event loop`: how full the instance is, and of what. */
export function fullness({ utilization, fullestResource = '' }: Standing): string {
  if (utilization === undefined) return 'no worker says';
  return `${percent(utilization)}, ${printable(fullestResource.replaceAll('-', ' '))}`;
}

export function eventLoop({ loopDelaySeconds, loopUtilization }: Standing): string {
  if (loopDelaySeconds === undefined || loopUtilization === undefined) return 'no worker says';
  return `delay p99 ${duration(loopDelaySeconds * 1000)}, ${percent(loopUtilization)} busy`;
}

const BOTTLENECKS: Readonly<Record<string, string>> = {
  'event-loop': 'then the event loop is full',
  processor: 'then the cores are full',
  pool: 'then what requests wait for is full',
  limit: 'then the limit of requests in flight is reached',
  overload: 'as measured while it was full',
};

const UNKNOWN: Readonly<Record<string, string>> = {
  'too-little-traffic': 'too little traffic so far',
  'no-waiting-seen': 'latency does not grow with the load yet',
  'too-uncertain': 'the load varies too little to tell',
};

/** `full at 1.8 times the peak of 24 hours: about 410/s (380 to 450), then the event loop is full`. */
export function headroom({ headroom: found }: Pick<StatusAnswer, 'headroom'>): string {
  if (found === undefined) return 'unknown: too little traffic so far';
  const { capacity, ratio } = found;
  if (capacity.kind === 'unknown') {
    const least = capacity.atLeastRps >= 1 ? `, at least ${count(capacity.atLeastRps)}/s` : '';
    return `unknown: ${UNKNOWN[capacity.why] ?? printable(capacity.why)}${least}`;
  }
  const times = ratio === undefined ? '' : `full at ${ratio.toFixed(1)} times the peak of 24 hours: `;
  const range = `${count(capacity.lowRps)} to ${count(capacity.highRps)}`;
  return `${times}about ${count(capacity.rps)}/s (${range}), ${BOTTLENECKS[capacity.bottleneck] ?? printable(capacity.bottleneck)}`;
}

const WORKER_COLUMNS: readonly Column[] = [
  { title: 'slot', align: 'right' },
  { title: 'worker', align: 'right' },
  { title: 'pid', align: 'right' },
  { title: 'state' },
  { title: 'up', align: 'right' },
  { title: 'loop', align: 'right' },
  { title: 'delay p99', align: 'right' },
  { title: 'memory', align: 'right' },
  { title: 'heap', align: 'right' },
  { title: 'in flight', align: 'right' },
];

/** The titles, then a line for each worker, in the order of the status. */
export function workerTable(
  workers: readonly (WorkerStatus & { readonly uptimeSeconds?: number })[],
): string[] {
  const rows = workers.map((worker) => {
    const { id, slot, pid, state, sample, uptimeSeconds = 0 } = worker;
    // What it said before it stopped responding would show a calm loop.
    const loop = state === 'unresponsive' ? undefined : sample;
    return [
      String(slot),
      String(id),
      String(pid),
      state,
      duration(uptimeSeconds * 1000),
      loop === undefined ? '-' : percent(loop.eventLoopUtilization),
      loop === undefined ? '-' : duration(loop.eventLoopDelayP99Seconds * 1000),
      size(rssOf(worker)),
      sample === undefined ? '-' : size(sample.heapUsedBytes),
      sample === undefined ? '-' : `${count(sample.admission.inFlight)} of ${count(sample.admission.limit)}`,
    ];
  });
  return table(WORKER_COLUMNS, rows);
}

/** The last ones, the newest first, under an empty line; nothing when there was none. */
function incidentLines(incidents: readonly Incident[]): string[] {
  const shown = incidents.toReversed().slice(0, MOST_INCIDENTS);
  return shown.length === 0 ? [] : ['', ...shown.map(incidentLine)];
}

/** `2026-11-22 03:04:05  event-loop-blocked  recovered after 5.2 s  the event loop …`. */
export function incidentLine({ openedAtMs, endedAtMs, outcome, cause, summary: text }: Incident): string {
  const ended =
    endedAtMs === undefined ? 'open' : `${outcome ?? 'over'} after ${duration(endedAtMs - openedAtMs)}`;
  return `${moment(openedAtMs)}  ${cause}  ${ended}  ${printable(text)}`;
}

/** Nothing where none is wanted; a supervisor of an older version does not say. */
function standbyRow({ standby }: Partial<StatusAnswer>): readonly (readonly [name: string, text: string])[] {
  if (standby === undefined || standby.wanted === 0) return [];
  const { ready, wanted, takeovers, lastTakeoverMs, lack } = standby;
  const times = takeovers === 1 ? 'once' : `${takeovers} times`;
  const taken =
    lastTakeoverMs === undefined ? '' : `; took a place ${times}, the last in ${duration(lastTakeoverMs)}`;
  const why = lack === undefined || ready >= wanted ? '' : `: ${printable(lack)}`;
  return [['standby', `${ready} of ${wanted} ready${taken}${why}`]];
}

function restarts({ restarts: byCause }: StatusAnswer): string {
  const some = Object.entries(byCause).filter(([, number]) => number > 0);
  if (some.length === 0) return '';
  return `; replaced: ${some.map(([cause, number]) => `${number} ${cause}`).join(', ')}`;
}
