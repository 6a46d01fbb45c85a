// What people want to know of an instance, from what it says of itself. Pure.
import type { WorkerStatus } from '../../supervisor/index.ts';
import { utilization } from '../../telemetry/utilization.ts';
import type { StatusAnswer } from './answer.ts';
import { quantile } from '../../core/quantile.ts';

/** One answer, and when it came. */
export interface Reading {
  readonly atMs: number;
  readonly status: StatusAnswer;
}

/** Since the start, or in the time between two readings. */
export interface Traffic {
  /** Requests that were answered, and not with an error of the server's. */
  readonly served: number;
  /** Answered with a status of 500 and above by the server's own code. */
  readonly failed: number;
  readonly refused: number;
  /** The most frequent first. */
  readonly refusedBy: readonly (readonly [reason: string, count: number])[];
  /** What a dry run would have refused. */
  readonly wouldRefuse: number;
  /** Of those served, in seconds; undefined when none was. */
  readonly p50Seconds: number | undefined;
  readonly p90Seconds: number | undefined;
  readonly p99Seconds: number | undefined;
}

/** How it stands now. */
export interface Standing {
  /** Running, with every place ready and no incident open. */
  readonly isWell: boolean;
  /** Why not, in a few words each; empty when it is healthy. */
  readonly problems: readonly string[];
  readonly ready: number;
  readonly inFlight: number;
  readonly limit: number;
  /** How full the instance is, 0 to 1, and of what; undefined when no worker says. */
  readonly utilization: number | undefined;
  readonly fullestResource: string | undefined;
  /** Of the worker with the slowest loop; undefined when none says. */
  readonly loopDelaySeconds: number | undefined;
  readonly loopUtilization: number | undefined;
  readonly rssBytes: number;
  readonly openIncidents: number;
}

export function standing({ state, workers, workersWanted, incidentCounts }: StatusAnswer): Standing {
  const open = workers.filter(({ state: each }) => each !== 'draining' && each !== 'standby');
  const ready = open.filter((worker) => worker.state === 'ready').length;
  const samples = open.flatMap(({ sample }) => sample ?? []);
  const responsive = open.flatMap((worker) => (worker.state === 'ready' ? (worker.sample ?? []) : []));
  const openIncidents = sum(Object.values(incidentCounts.open));
  const full = utilization({ workers });
  const unresponsive = open.filter((worker) => worker.state === 'unresponsive');
  const problems = [
    ...(state === 'running' ? [] : [state]),
    ...(ready >= workersWanted ? [] : [`${ready} of ${workersWanted} workers ready`]),
    ...unresponsive.map(({ id }) => `worker ${id} does not respond`),
    ...(openIncidents === 0
      ? []
      : [`${openIncidents} ${openIncidents === 1 ? 'incident' : 'incidents'} open`]),
  ];
  return {
    isWell: problems.length === 0,
    problems,
    ready,
    inFlight: sum(workers.map(({ sample }) => sample?.admission.inFlight ?? 0)),
    limit: sum(samples.map(({ admission }) => admission.limit)),
    utilization: full?.value,
    fullestResource: full?.fullest,
    loopDelaySeconds: most(responsive.map(({ eventLoopDelayP99Seconds }) => eventLoopDelayP99Seconds)),
    loopUtilization: most(responsive.map(({ eventLoopUtilization }) => eventLoopUtilization)),
    rssBytes: sum(workers.map(rssOf)),
    openIncidents,
  };
}

/** The watchdog's figure is younger, and goes on while the event loop is blocked. */
export function rssOf({ report, sample }: WorkerStatus): number {
  return report?.rssBytes ?? sample?.rssBytes ?? 0;
}

/** What happened between two readings of one instance; since its start without an earlier one. */
export function traffic({ totals }: StatusAnswer, before?: StatusAnswer): Traffic {
  const requests = countsOf(totals, before?.totals);
  const byStatus = seriesOf(totals, before?.totals);
  const counts = totals.duration.boundsSeconds.map(() => 0).concat(0);
  let [served, answeredBadly] = [0, 0];
  for (const { status, counts: own } of byStatus) {
    // Refusals are answered with 429 or 503, at once: they are counted elsewhere, and no latency of the server's.
    if (status >= 500) answeredBadly += sum(own);
    if (status >= 500 || status === 429) continue;
    served += sum(own);
    for (const [i, count] of own.entries()) counts[i] = (counts[i] ?? 0) + count;
  }
  const refusedAs503 = requests.shed - requests.shedAs429;
  const at = (share: number): number | undefined => quantile(totals.duration.boundsSeconds, counts, share);
  return {
    served,
    failed: Math.max(0, answeredBadly - refusedAs503),
    refused: requests.shed,
    refusedBy: [...requests.byReason].filter(([, count]) => count > 0).toSorted(([, a], [, b]) => b - a),
    wouldRefuse: requests.wouldShed,
    p50Seconds: at(0.5),
    p90Seconds: at(0.9),
    p99Seconds: at(0.99),
  };
}

type Totals = StatusAnswer['totals'];

interface Requests {
  readonly shed: number;
  /** Upper bound of those that got 429. */
  readonly shedAs429: number;
  readonly wouldShed: number;
  readonly byReason: ReadonlyMap<string, number>;
}

function countsOf(now: Totals, before: Totals | undefined): Requests {
  const byReason = new Map<string, number>();
  let [shed, wouldShed] = [0, 0];
  for (const [{ requests }, sign] of [
    [now, 1],
    [before ?? { requests: [] }, -1],
  ] as const) {
    for (const { decision, reason, count } of requests) {
      if (decision === 'would-shed') wouldShed += sign * count;
      if (decision !== 'shed') continue;
      shed += sign * count;
      byReason.set(reason, (byReason.get(reason) ?? 0) + sign * count);
    }
  }
  const shedAs429 = sum(
    seriesOf(now, before)
      .filter(({ status }) => status === 429)
      .map(({ counts }) => sum(counts)),
  );
  return { shed, wouldShed, byReason, shedAs429: Math.min(shed, shedAs429) };
}

function seriesOf(now: Totals, before: Totals | undefined): { status: number; counts: number[] }[] {
  const keyOf = ({ method, route, status }: Totals['duration']['series'][number]): string =>
    JSON.stringify([method, route, status]);
  const old = new Map(before?.duration.series.map((series) => [keyOf(series), series.counts]));
  return now.duration.series.map((series) => ({
    status: series.status,
    counts: series.counts.map((count, i) => count - (old.get(keyOf(series))?.[i] ?? 0)),
  }));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function most(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}
