import type { AdmissionCount } from '../admission/index.ts';
import { sumInstruments } from '../core/instruments.ts';
import type { DurationSeries, WorkerSample } from '../worker/index.ts';
import type { SupervisorStatus } from './status.ts';

type Totals = SupervisorStatus['totals'];

export const NO_TOTALS: Totals = {
  connectionsRefused: 0,
  requests: [],
  duration: { boundsSeconds: [], series: [] },
  instruments: [],
};

/** Adds the counters of one worker to those of others, so that sums don't go down when a worker ends. */
export function addSample(totals: Totals, sample: WorkerSample): Totals {
  return {
    connectionsRefused: totals.connectionsRefused + sample.admission.connectionsRefused,
    requests: merge([...totals.requests, ...sample.admission.requests], keyOfCount, addCounts),
    duration: {
      boundsSeconds: sample.duration.boundsSeconds,
      series: merge([...totals.duration.series, ...sample.duration.series], keyOfSeries, addSeries),
    },
    instruments: sumInstruments([
      ...totals.instruments,
      ...sample.instruments.filter(({ type }) => type === 'counter'),
    ]),
  };
}

function merge<T>(items: readonly T[], keyOf: (item: T) => string, add: (a: T, b: T) => T): T[] {
  const merged = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    const before = merged.get(key);
    merged.set(key, before === undefined ? item : add(before, item));
  }
  return [...merged.values()];
}

function keyOfCount({ decision, reason, criticality, route }: AdmissionCount): string {
  return JSON.stringify([decision, reason, criticality, route]);
}

function addCounts(a: AdmissionCount, b: AdmissionCount): AdmissionCount {
  return { ...a, count: a.count + b.count };
}

function keyOfSeries({ method, route, status }: DurationSeries): string {
  return JSON.stringify([method, route, status]);
}

function addSeries(a: DurationSeries, b: DurationSeries): DurationSeries {
  return {
    ...a,
    counts: a.counts.map((count, i) => count + (b.counts[i] ?? 0)),
    sumSeconds: a.sumSeconds + b.sumSeconds,
  };
}
