// What the supervisor believes of what a worker says. The worker's code is the user's too, and may be of another version.
import { INDICATOR_REPORT } from '../core/health-shape.ts';
import { decodeByKind, type Guard, isObject, oneOf, type ShapeOf, type ShapesOf } from '../core/shape.ts';
import type { StackFrame, WatchdogMessage } from './watchdog/index.ts';
import type { ToldError } from './last-words.ts';
import type { BoundAddress, ToSupervisor } from './protocol.ts';
import type { SentSample } from './sample.ts';
import { SHAPE_CELLS } from './shape/batch.ts';

const FRAMES = [
  { functionName: 'string', url: 'string', line: 'number', column: 'number' },
] as const satisfies ShapeOf<readonly StackFrame[]>;

const ERROR = {
  name: 'string',
  message: 'string',
  code: { optional: 'string' },
  frames: FRAMES,
} as const satisfies ShapeOf<ToldError>;

const isKey: Guard = (value) => typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);

const isShapeCells: Guard = (value) =>
  value instanceof Float64Array &&
  value.length % SHAPE_CELLS === 0 &&
  value.every((each) => Number.isFinite(each));

const ON_PIPE: ShapesOf<WatchdogMessage> = {
  report: {
    sequence: 'number',
    gapMs: 'number',
    lagMs: 'number',
    starvedMs: 'number',
    starvedGapMs: 'number',
    debugger: 'boolean',
    oldGenerationLimitBytes: 'number',
    oldGenerationBytes: 'number',
    liveBytes: 'number',
    majorCollections: 'number',
    externalBytes: 'number',
    rssBytes: 'number',
    utilization: 'number',
    shortBlocksMs: 'number',
    inFlight: 'number',
    completions: 'number',
    abandoned: 'number',
    waiting: 'number',
    oldestWaitingMs: 'number',
    lastRequest: 'string',
  },
  stack: { gapMs: 'number', frames: FRAMES },
  captured: { id: 'number', part: 'string', isLast: 'boolean', problem: { optional: 'string' } },
  output: { text: 'string' },
  secrets: { values: ['string'] },
  uncaught: { origin: oneOf('uncaughtException', 'unhandledRejection'), chain: [ERROR] },
  exit: { code: 'number', frames: FRAMES },
  suspect: {
    isEnding: 'boolean',
    suspect: {
      name: 'string',
      request: isKey,
      caller: isKey,
      shape: isKey,
      place: isKey,
      identity: isKey,
      isNamed: 'boolean',
    },
  },
};

const ADDRESS: ShapeOf<BoundAddress> = {
  address: 'string',
  port: 'number',
  family: oneOf('IPv4', 'IPv6', 'unix'),
  file: { optional: 'string' },
};

const isRowLabels: Guard = (value) =>
  decodeByKind(value, {
    decided: { criticality: 'string', route: 'string' },
    ended: { route: 'string', method: 'string', status: 'number' },
    connections: {},
  }) !== undefined;

const SAMPLE: ShapeOf<SentSample> = {
  admission: {
    limit: 'number',
    inFlight: 'number',
    bodyBudgetBytes: 'number',
    bytesInFlight: 'number',
    utilization: 'number',
    refusedShare: 'number',
    pressure: [{ signal: 'string', value: 'number', pressure: 'number' }],
    connectionsRefused: 'number',
  },
  eventLoopUtilization: 'number',
  eventLoopDelayP99Seconds: 'number',
  rssBytes: 'number',
  heapUsedBytes: 'number',
  cpuSeconds: 'number',
  runtime: {
    optional: {
      eventLoopDelay: {
        min: 'number',
        max: 'number',
        mean: 'number',
        stddev: 'number',
        p50: 'number',
        p90: 'number',
        p99: 'number',
      },
      eventLoopActiveSeconds: 'number',
      eventLoopIdleSeconds: 'number',
      heapSpaces: [
        {
          name: 'string',
          usedBytes: 'number',
          sizeBytes: 'number',
          availableBytes: 'number',
          physicalBytes: 'number',
        },
      ],
      collections: [{ type: 'string', counts: ['number'], sumSeconds: 'number' }],
      openConnections: 'number',
    },
  },
  instruments: [
    {
      name: 'string',
      help: 'string',
      type: oneOf('counter', 'gauge'),
      series: [{ labels: isObject, value: 'number' }],
    },
  ],
  counters: { optional: { labels: [isRowLabels], cells: (value) => value instanceof Float64Array } },
  exemplars: [{ traceId: 'string', value: 'number', atMs: 'number', row: 'number', bucket: 'number' }],
};

const UNANSWERED = [{ kind: 'string', waitedMs: 'number' }] as const;
const WAITING = { route: 'string', count: 'number', oldestMs: 'number' } as const;

const isShare: Guard = (value) => typeof value === 'number' && value >= 0 && value <= 1;

/** Requests a second by key. */
const isRate: Guard = (value) =>
  Array.isArray(value) &&
  value.length === 2 &&
  typeof value[0] === 'string' &&
  /^[0-9a-f]{1,32}$/.test(value[0]) &&
  Number.isFinite(value[1]) &&
  value[1] >= 0;

const ON_CHANNEL: ShapesOf<ToSupervisor> = {
  hello: {},
  'other-version': { version: 'string' },
  bound: { key: 'string', bound: ADDRESS, anyKey: { optional: 'string' }, speaksHttp: 'boolean' },
  'address-in-use': { where: 'string' },
  claim: { key: 'string', path: { optional: 'string' }, overlapping: ['string'] },
  listening: { key: 'string', speaksHttp: 'boolean' },
  runs: {},
  waits: { conditions: [oneOf('message', 'indicators', 'warm-up', 'standby')], indicators: ['string'] },
  'warm-up': { done: 'number', of: 'number', tookMs: 'number', failure: { optional: 'string' } },
  closed: { key: 'string' },
  connection: { key: 'string', client: 'string' },
  'connection-taken': {},
  clustered: { where: 'string', isShared: 'boolean' },
  'passed-through': { reason: 'string', where: 'string' },
  sample: { sample: SAMPLE },
  waiting: { routes: [WAITING] },
  traffic: {
    traffic: {
      answered: [{ kind: 'string', usualMs: 'number', longestMs: 'number', count: 'number' }],
      gaveUp: UNANSWERED,
      waiting: UNANSWERED,
    },
  },
  health: { reports: [INDICATOR_REPORT] },
  'script-metrics': {
    families: [
      {
        name: 'string',
        help: 'string',
        type: oneOf('counter', 'gauge', 'histogram', 'summary'),
        aggregator: 'string',
        series: ['string'],
        values: (value) => value instanceof Float64Array,
      },
    ],
    leftOut: 'number',
    problem: { optional: 'string' },
  },
  unwatched: { reason: 'string' },
  uncounted: { reason: 'string' },
  served: { keys: [isKey] },
  'probe-served': { id: 'string' },
  shape: {
    recording: 'number',
    batch: { routes: ['string'], cells: isShapeCells, dropped: 'number' },
    isLast: 'boolean',
  },
  'tenant-rates': { rates: [isRate], largestShare: isShare },
  'user-disconnected': {},
  'asked-to-stop': { signal: oneOf('SIGTERM', 'SIGINT') },
  signalled: { cut: [WAITING] },
};

/** A message that came over the channel; undefined when it is none that we know. */
export function decodeToSupervisor(message: unknown): ToSupervisor | undefined {
  return decodeByKind(message, ON_CHANNEL) as ToSupervisor | undefined;
}

/** A line of the watchdog's pipe; undefined when it is not ours. Any code in the process could write to that descriptor. */
export function parseMessage(line: string): WatchdogMessage | undefined {
  try {
    return decodeByKind(JSON.parse(line), ON_PIPE) as WatchdogMessage | undefined;
  } catch {
    return undefined;
  }
}
