// A status for the tests of this folder. Named like a test so that it is not published.
import type { Incident } from '../../supervisor/index.ts';
import {
  NO_FAIRNESS,
  NO_INCIDENTS,
  NO_QUARANTINE,
  NO_RESTARTS_YET,
  type WorkerState,
} from '../../supervisor/index.ts';
import type { StatusAnswer } from './answer.ts';

export const BOUNDS: readonly number[] = [0.01, 0.1, 1];

interface Given {
  readonly workers?: readonly WorkerState[];
  readonly state?: StatusAnswer['state'];
  /** Of status 200, by bucket. */
  readonly served?: readonly number[];
  readonly failed?: number;
  /** By reason. */
  readonly refused?: Readonly<Record<string, number>>;
  readonly incidents?: readonly Incident[];
  readonly dryRun?: boolean;
}

/** With refusals that were answered with 503. */
export function statusAnswer(given: Given = {}): StatusAnswer {
  const { workers = ['ready'], served = [0, 0, 0, 0], failed = 0, refused = {}, incidents = [] } = given;
  const shed = Object.entries(refused);
  const badly = failed + shed.reduce((total, [, number]) => total + number, 0);
  const open = incidents.filter(({ endedAtMs }) => endedAtMs === undefined).length;
  return {
    version: '1.2.3',
    state: given.state ?? 'running',
    script: '/srv/server.js',
    startedAtMs: 1000,
    uptimeSeconds: 3600,
    workersWanted: workers.length,
    workers: workers.map((state, i) => ({
      id: i + 1,
      slot: i + 1,
      pid: 101 + i,
      restarts: 0,
      state,
      startedAtMs: 1000,
      readyAtMs: 1000,
      sampleAgeMs: 100,
      report: undefined,
      health: [],
      sample: {
        admission: {
          limit: 32,
          inFlight: 8,
          bodyBudgetBytes: 1,
          bytesInFlight: 0,
          utilization: 0.25 * (i + 1),
          refusedShare: 0,
          pressure: [],
          connectionsRefused: 0,
          requests: [],
        },
        duration: { boundsSeconds: BOUNDS, series: [] },
        eventLoopUtilization: 0.5,
        eventLoopDelayP99Seconds: 0.012,
        rssBytes: 100 * 1024 * 1024,
        heapUsedBytes: 50 * 1024 * 1024,
        cpuSeconds: 1,
        instruments: [],
      },
    })),
    sockets: [],
    restarts: { ...NO_RESTARTS_YET, exit: 1 },
    incidents,
    incidentCounts: { ended: NO_INCIDENTS, open: { ...NO_INCIDENTS, crash: open } },
    restarting: false,
    lastRestart: undefined,
    quarantine: NO_QUARANTINE,
    fairness: NO_FAIRNESS,
    dryRun: given.dryRun ?? false,
    standby: { wanted: 0, ready: 0, takeovers: 0, lastTakeoverMs: undefined, lack: undefined },
    cutRequests: 0,
    fallbackResponder: { isPresent: false, answered: 0 },
    health: { readyShare: 0, indicators: [] },
    totals: {
      connectionsRefused: 0,
      instruments: [],
      requests: shed.map(([reason, number]) => ({
        decision: 'shed',
        reason: reason as 'priority',
        criticality: 'critical',
        route: '',
        count: number,
      })),
      duration: {
        boundsSeconds: BOUNDS,
        series: [
          { method: 'GET', route: '', status: 200, counts: [...served], sumSeconds: 0 },
          { method: 'GET', route: '', status: 503, counts: [badly, 0, 0, 0], sumSeconds: 0 },
        ],
      },
    },
  };
}

export function anIncident(given: Partial<Incident> = {}): Incident {
  return {
    id: '2026-a',
    cause: 'crash',
    summary: 'worker 1 ended since GET /\u001B[2J',
    worker: { id: 1, slot: 1, pid: 101 },
    openedAtMs: 1000,
    endedAtMs: undefined,
    steps: [{ atMs: 1000, what: 'it ended' }],
    facts: [],
    report: undefined,
    stack: undefined,
    ...given,
  };
}
