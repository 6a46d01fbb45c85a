// Which curves are shown, and how.
import { Chart, type ChartPlan, type Line } from './chart.ts';
import { milliseconds, percent, rate, size, whole } from './units.ts';

const SERVED: readonly Line[] = [
  { name: 'served', curve: 'served', color: 'c1' },
  { name: 'failed', curve: 'failed', color: 'c7', isRare: true },
];

/** In the order of how much they should worry. */
const BY_REASON: readonly Line[] = [
  ['others matter more', 'priority', 'c4'],
  ['event loop busy', 'turn', 'c2'],
  ['too many in flight', 'in-flight', 'c5'],
  ['too many bytes', 'bytes', 'c6'],
  ['processor full of costly ones', 'cost', 'k2'],
  ['in quarantine', 'quarantine', 'c7'],
  ['caller gone', 'deadline', 'k1'],
  ['connection closed', 'connection', 'k4'],
  ['no worker', 'no-worker', 'c3'],
].map(([name = '', reason = '', color = '']) => ({
  name: `refused: ${name}`,
  curve: `reason-${reason}`,
  color,
  isRare: true,
}));

const BY_CLASS: readonly Line[] = [
  ['sheddable', 'k1'],
  ['sheddable-plus', 'k2'],
  ['critical', 'k3'],
  ['critical-plus', 'k4'],
].map(([name = '', color = '']) => ({
  name: `refused: ${name}`,
  curve: `class-${name}`,
  color,
  isRare: true,
}));

export type By = 'reason' | 'class';

export function requests(by: By): ChartPlan {
  return {
    title: 'Requests',
    unit: 'a second: served, and refused on top',
    lines: [...SERVED, ...(by === 'reason' ? BY_REASON : BY_CLASS)],
    show: rate,
    atLeast: 1,
    isStacked: true,
    isWide: true,
    kind: 'mean',
  };
}

const OTHERS: readonly ChartPlan[] = [
  {
    title: 'Utilization',
    unit: 'how full, and of what',
    lines: [
      { name: 'in all', curve: 'utilization', color: 'c1' },
      { name: 'event loop', curve: 'full-event-loop', color: 'c2', isRare: true },
      { name: 'in flight', curve: 'full-in-flight', color: 'c5', isRare: true },
      { name: 'bytes', curve: 'full-bytes', color: 'c6', isRare: true },
      { name: 'memory', curve: 'full-memory', color: 'c3', isRare: true },
    ],
    show: percent,
    atLeast: 1,
    limit: 1,
    kind: 'most',
  },
  {
    title: 'Event loop',
    unit: 'delay, p99',
    lines: [{ name: 'latest worker', curve: 'loopDelayMs', color: 'c2' }],
    show: milliseconds,
    atLeast: 20,
    kind: 'most',
  },
  {
    title: 'Latency',
    unit: 'of what was served',
    lines: [
      { name: 'p99', curve: 'p99Ms', color: 'c2' },
      { name: 'p95', curve: 'p95Ms', color: 'c3' },
      { name: 'p50', curve: 'p50Ms', color: 'c1' },
    ],
    show: milliseconds,
    atLeast: 10,
    kind: 'most',
  },
  {
    title: 'Memory',
    unit: 'of all workers',
    lines: [
      { name: 'resident', curve: 'rssBytes', color: 'c3' },
      { name: 'heap', curve: 'heapBytes', color: 'c1' },
    ],
    show: size,
    atLeast: 1024 * 1024,
    base: 1024,
    kind: 'mean',
  },
  {
    title: 'HTTP cache',
    unit: 'answered from the store',
    lines: [{ name: 'hit ratio', curve: 'cacheHitRatio', color: 'c1' }],
    show: percent,
    atLeast: 1,
    kind: 'mean',
    isOptional: true,
  },
  {
    title: 'Other services',
    unit: 'calls without a response',
    lines: [
      { name: 'in flight', curve: 'callsInFlight', color: 'c1' },
      { name: 'for longer than 1 s', curve: 'callsWaiting', color: 'c2' },
    ],
    show: whole,
    atLeast: 10,
    kind: 'most',
    isOptional: true,
  },
  {
    title: 'Slow clients',
    unit: 'not taken yet',
    lines: [{ name: 'pending', curve: 'pendingBytes', color: 'c6' }],
    show: size,
    atLeast: 1024,
    base: 1024,
    kind: 'most',
    isOptional: true,
  },
];

export function createCharts(): [requests: Chart, ...others: Chart[]] {
  return [new Chart(requests('reason')), ...OTHERS.map((plan) => new Chart(plan))];
}
