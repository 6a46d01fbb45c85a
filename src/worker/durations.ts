import type { DurationHistogram, DurationSeries } from './sample.ts';

/** OpenTelemetry's advice for http.server.request.duration, in seconds. */
const BOUNDS_SECONDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** OpenTelemetry's name for methods that nobody knows, so that a caller can't make series at will. */
const OTHER_METHOD = '_OTHER';
const METHODS = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
]);

interface Series {
  readonly counts: number[];
  sumSeconds: number;
}

/** Histograms of request durations by route, method and status. Runs once for every request, so it only indexes. */
export class Durations {
  /** route → method → status → series. */
  readonly #routes = new Map<string, Map<string, Map<number, Series>>>();

  observe(route: string, method: string, status: number, seconds: number): void {
    const series = this.#find(route, METHODS.has(method) ? method : OTHER_METHOD, status);
    let bucket = 0;
    while (bucket < BOUNDS_SECONDS.length && seconds > (BOUNDS_SECONDS[bucket] ?? 0)) bucket += 1;
    series.counts[bucket] = (series.counts[bucket] ?? 0) + 1;
    series.sumSeconds += seconds;
  }

  read(): DurationHistogram {
    const series: DurationSeries[] = [];
    for (const [route, methods] of this.#routes) {
      for (const [method, statuses] of methods) {
        for (const [status, { counts, sumSeconds }] of statuses)
          series.push({ route, method, status, counts, sumSeconds });
      }
    }
    return { boundsSeconds: BOUNDS_SECONDS, series };
  }

  #find(route: string, method: string, status: number): Series {
    const methods = getOrAdd(this.#routes, route, newMap<string, Map<number, Series>>);
    return getOrAdd(getOrAdd(methods, method, newMap<number, Series>), status, newSeries);
  }
}

function newMap<K, V>(): Map<K, V> {
  return new Map();
}

function newSeries(): Series {
  return { counts: Array.from({ length: BOUNDS_SECONDS.length + 1 }, () => 0), sumSeconds: 0 };
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
