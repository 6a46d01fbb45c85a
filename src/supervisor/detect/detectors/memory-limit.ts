import { mb, percent } from '../../../core/units.ts';
import { mbOf } from './figures.ts';
import type { Finding } from './finding.ts';
import { beginLevel, followLevel, growthOf, type Level, type LevelRules } from './level.ts';
import type { ResolvedMemory } from './memory-limit-options.ts';

/** How far back readings tell of growth, and how far apart they have to be. */
const WINDOW_MS = 30_000;
const LEAST_SPAN_MS = 5000;

/** Time that it takes to replace a worker in peace: a start, and its requests in flight. */
const HORIZON_MS = 30_000;

/** Workers fill their caches in the first half minute. */
const LEVEL: LevelRules = Object.freeze({ warmUpMs: 30_000, steadyMs: 0 });

/** A worker that has grown by less, as a share of the limit, gives back too little: it is not what is wrong. */
const LEAST_GAIN = 0.1;

/** Who sets the limit. */
export type LimitSource = 'control group' | 'machine' | 'configuration';

/** What memory there is, and who has it. */
export interface MemoryReading {
  readonly limitBytes: number;
  readonly source: LimitSource;
  /** Everything that counts towards the limit and can't be taken back by the kernel. */
  readonly usedBytes: number;
  readonly workers: readonly WorkerMemory[];
}

export interface WorkerMemory {
  readonly id: number;
  /** Resident, Buffers included. */
  readonly rssBytes: number;
  /** Of V8's old generation, and outside of the heap, as its watchdog says. */
  readonly heapBytes: number;
  readonly externalBytes: number;
}

/** What is remembered of the instance. */
export interface MemoryHistory {
  readonly readings: readonly { readonly atMs: number; readonly usedBytes: number }[];
  /** Of what all together had. */
  readonly level: Level;
  /** The least that each worker has had, and since when it is known. */
  readonly workers: ReadonlyMap<number, { readonly leastBytes: number; readonly sinceMs: number }>;
}

interface Judgement {
  readonly history: MemoryHistory;
  /** About which worker, and what. */
  readonly found: { readonly worker: number; readonly finding: Finding } | undefined;
}

/** The kernel ends a process, mostly the largest, when its control group or the machine has no memory left. No heap limit prevents it. */
export function judgeMemory(
  before: MemoryHistory | undefined,
  reading: MemoryReading,
  nowMs: number,
  { warnShare, replaceShare }: ResolvedMemory,
): Judgement {
  const history = follow(before, reading, nowMs);
  const { limitBytes, usedBytes, source } = reading;
  const bytesPerMs = pace(history.readings);
  const leftMs = bytesPerMs > 0 ? Math.max(0, limitBytes - usedBytes) / bytesPerMs : Infinity;
  const share = usedBytes / limitBytes;
  const isFullSoon = leftMs <= HORIZON_MS && growthOf(history.level, limitBytes, nowMs, LEVEL) === 'grows';
  if (share < warnShare || (share < replaceShare && !isFullSoon)) return { history, found: undefined };
  const gains = reading.workers.map((worker) => ({
    worker,
    gainBytes: worker.rssBytes - (history.workers.get(worker.id)?.leastBytes ?? worker.rssBytes),
  }));
  const most = gains.toSorted((a, b) => b.gainBytes - a.gainBytes)[0];
  if (most === undefined) return { history, found: undefined };
  const { worker, gainBytes } = most;
  const isNew = nowMs - (history.workers.get(worker.id)?.sinceMs ?? nowMs) < LEVEL.warmUpMs;
  if (share < replaceShare && isNew) return { history, found: undefined };
  const isItsFault = gainBytes >= LEAST_GAIN * limitBytes;
  const growth = isFullSoon ? `, full in ${Math.round(leftMs / 1000)} s` : '';
  const used = `${percent(share)} of the memory of the ${source} is used (${mbOf(usedBytes, limitBytes)}${growth})`;
  const offHeap = Math.max(0, worker.rssBytes - worker.heapBytes);
  return {
    history,
    found: {
      worker: worker.id,
      finding: {
        cause: 'memory-leak',
        severity: isItsFault ? 'replace' : 'warning',
        growth: isNew ? 'unknown' : isFullSoon ? 'grows' : 'steady',
        summary: isItsFault
          ? `${used}, and worker ${worker.id} has grown by ${mb(gainBytes)} MB`
          : `${used}, but no worker has grown by a tenth of that: replacing one would not help`,
        facts: [
          `worker ${worker.id} has ${mb(worker.rssBytes)} MB, ${mb(worker.rssBytes - gainBytes)} MB when it began`,
          `${mb(offHeap)} MB of it are off-heap: ${mb(worker.externalBytes)} MB in Buffers and the like`,
          ...gains
            .filter((other) => other !== most)
            .map((other) => `worker ${other.worker.id} has ${mb(other.worker.rssBytes)} MB`),
        ],
      },
    },
  };
}

function follow(before: MemoryHistory | undefined, reading: MemoryReading, nowMs: number): MemoryHistory {
  const recent = (before?.readings ?? []).filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
  return {
    readings: [...recent, { atMs: nowMs, usedBytes: reading.usedBytes }],
    level: followLevel(before?.level ?? beginLevel(nowMs), reading.usedBytes, nowMs, LEVEL),
    workers: new Map(
      reading.workers.map(({ id, rssBytes }) => {
        const { leastBytes, sinceMs } = before?.workers.get(id) ?? { leastBytes: rssBytes, sinceMs: nowMs };
        return [id, { leastBytes: Math.min(rssBytes, leastBytes), sinceMs }];
      }),
    ),
  };
}

/** In bytes a millisecond, of all readings or of the later half, whichever is less: growth that has stopped is none. */
function pace(readings: MemoryHistory['readings']): number {
  const first = readings[0];
  const last = readings.at(-1);
  if (first === undefined || last === undefined || last.atMs - first.atMs < LEAST_SPAN_MS) return 0;
  const middleMs = (first.atMs + last.atMs) / 2;
  const middle = readings.findLast(({ atMs }) => atMs <= middleMs) ?? first;
  const slope = (from: typeof first): number => (last.usedBytes - from.usedBytes) / (last.atMs - from.atMs);
  return Math.max(0, Math.min(slope(first), slope(middle)));
}
