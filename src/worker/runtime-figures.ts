// What V8 and Node.js tell of themselves. Read once a second; nothing here runs for a request.
import type { Server } from 'node:net';
import { constants, type monitorEventLoopDelay, performance, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';

/** OpenTelemetry's advice for v8js.gc.duration, in seconds. */
export const GC_BOUNDS_SECONDS: readonly number[] = Object.freeze([0.01, 0.1, 1, 10]);

/** In the words of OpenTelemetry's semantic conventions. */
const GC_TYPES: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

type DelayHistogram = ReturnType<typeof monitorEventLoopDelay>;

/** An entry of type `gc`. */
interface CollectionEntry extends PerformanceEntry {
  readonly detail: { readonly kind: number };
}

export interface RuntimeFigures {
  /** Over the last second. */
  readonly eventLoopDelay: EventLoopDelay;
  /** Since the start. */
  readonly eventLoopActiveSeconds: number;
  readonly eventLoopIdleSeconds: number;
  readonly heapSpaces: readonly HeapSpace[];
  /** Since the start. */
  readonly collections: readonly Collections[];
  /** Of all servers, as of a second ago. */
  readonly openConnections: number;
}

/** In seconds. */
export interface EventLoopDelay {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

export interface HeapSpace {
  readonly name: string;
  readonly usedBytes: number;
  readonly sizeBytes: number;
  readonly availableBytes: number;
  readonly physicalBytes: number;
}

/** Collections of one type; `counts` has one more entry than there are bounds, and is not cumulative. */
export interface Collections {
  readonly type: string;
  readonly counts: readonly number[];
  readonly sumSeconds: number;
}

export class RuntimeReader {
  readonly #servers: () => ReadonlySet<Server>;
  readonly #collections = new Map<string, { counts: number[]; sumSeconds: number }>();
  #openConnections = 0;

  /** @param servers Those that listen, or still have connections. */
  constructor(servers: () => ReadonlySet<Server>) {
    this.#servers = servers;
  }

  /** Follows garbage collections from now on. */
  start(): void {
    new PerformanceObserver((list) => {
      for (const { duration, detail } of list.getEntries() as CollectionEntry[]) {
        this.#collected(detail.kind, duration / 1000);
      }
    }).observe({ entryTypes: ['gc'] });
  }

  /** @param resolutionMs What the monitor's own timer adds to each delay. */
  read(delay: DelayHistogram, resolutionMs: number): RuntimeFigures {
    const { active, idle } = performance.eventLoopUtilization();
    this.#countConnections();
    return {
      eventLoopDelay: delayIn(delay, resolutionMs),
      eventLoopActiveSeconds: active / 1000,
      eventLoopIdleSeconds: idle / 1000,
      heapSpaces: readHeapSpaces(),
      collections: [...this.#collections].map(([type, { counts, sumSeconds }]) => ({
        type,
        counts: [...counts],
        sumSeconds,
      })),
      openConnections: this.#openConnections,
    };
  }

  #collected(kind: number, seconds: number): void {
    const type = GC_TYPES.get(kind) ?? 'other';
    let collections = this.#collections.get(type);
    if (collections === undefined) {
      collections = { counts: Array.from({ length: GC_BOUNDS_SECONDS.length + 1 }, () => 0), sumSeconds: 0 };
      this.#collections.set(type, collections);
    }
    const bound = GC_BOUNDS_SECONDS.findIndex((most) => seconds <= most);
    const bucket = bound === -1 ? GC_BOUNDS_SECONDS.length : bound;
    collections.counts[bucket] = (collections.counts[bucket] ?? 0) + 1;
    collections.sumSeconds += seconds;
  }

  /** Node.js tells a little later; what it tells is for the next sample. */
  #countConnections(): void {
    let open = 0;
    const servers = [...this.#servers()];
    let untold = servers.length;
    if (untold === 0) this.#openConnections = 0;
    for (const server of servers) {
      server.getConnections((_error, count) => {
        open += count;
        untold -= 1;
        if (untold === 0) this.#openConnections = open;
      });
    }
  }
}

/** Those that there is anything of: a process without shared memory has none of some. */
function readHeapSpaces(): HeapSpace[] {
  return getHeapSpaceStatistics()
    .filter(({ space_size: sizeBytes }) => sizeBytes > 0)
    .map((space) => ({
      name: space.space_name,
      usedBytes: space.space_used_size,
      sizeBytes: space.space_size,
      availableBytes: space.space_available_size,
      physicalBytes: space.physical_space_size,
    }));
}

function delayIn(delay: DelayHistogram, resolutionMs: number): EventLoopDelay {
  const seconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000);
  const isEmpty = delay.count === 0;
  const percentile = (p: number): number => (isEmpty ? 0 : seconds(delay.percentile(p)));
  return {
    min: isEmpty ? 0 : seconds(delay.min),
    max: isEmpty ? 0 : seconds(delay.max),
    mean: isEmpty ? 0 : seconds(delay.mean),
    stddev: isEmpty ? 0 : delay.stddev / 1e9,
    p50: percentile(50),
    p90: percentile(90),
    p99: percentile(99),
  };
}
