// A supervisor without processes, for the tests of this folder. Named like a test so that it is not published.
import { RespiteError } from '../core/errors.ts';
import {
  NO_FAIRNESS,
  NO_QUARANTINE,
  type Captured,
  type Drills,
  type History,
  type InstanceMeasure,
  type InstanceState,
  type Log,
  NO_INCIDENTS,
  NO_RESTARTS_YET,
  type OnDemand,
  type ScriptMetrics,
  type ShapeRecorder,
  type SupervisorStatus,
  type WorkerState,
} from '../supervisor/index.ts';

export function statusOf(state: InstanceState, workers: readonly WorkerState[]): SupervisorStatus {
  return {
    state,
    script: '/srv/server.js',
    startedAtMs: 1000,
    workersWanted: workers.length,
    workers: workers.map((own, i) => ({
      id: i + 1,
      slot: i + 1,
      pid: 101 + i,
      restarts: 0,
      state: own,
      startedAtMs: 2000,
      readyAtMs: own === 'starting' ? undefined : 3000,
      sample: undefined,
      sampleAgeMs: own === 'starting' ? undefined : 4000,
      report: undefined,
      health: [],
    })),
    sockets: [{ address: '127.0.0.1', port: 3000, family: 'IPv4' }],
    restarts: { ...NO_RESTARTS_YET, exit: 2 },
    incidents: [],
    standby: { wanted: 0, ready: 0, takeovers: 0, lastTakeoverMs: undefined, lack: undefined },
    cutRequests: 0,
    fallbackResponder: { isPresent: false, answered: 0 },
    health: { readyShare: 0, indicators: [] },
    incidentCounts: { ended: NO_INCIDENTS, open: NO_INCIDENTS },
    restarting: false,
    lastRestart: undefined,
    quarantine: NO_QUARANTINE,
    fairness: NO_FAIRNESS,
    dryRun: false,
    totals: {
      duration: { boundsSeconds: [], series: [] },
      requests: [],
      connectionsRefused: 0,
      instruments: [],
    },
  };
}

export class FakeSupervisor {
  now: SupervisorStatus = statusOf('running', ['ready']);
  readonly calls: string[] = [];
  /** What the script measures. */
  families: ScriptMetrics['families'] = [];
  async scriptMetrics(): Promise<ScriptMetrics> {
    this.calls.push('scriptMetrics');
    return Promise.resolve({ families: this.families, leftOut: { timeout: 1, failed: 0, 'too-large': 0 } });
  }
  releaseQuarantine(id: string): boolean {
    this.calls.push(`releaseQuarantine ${id}`);
    return id === 'q1';
  }

  setDryRun(dryRun: boolean): void {
    this.calls.push(`setDryRun ${dryRun}`);
    this.now = { ...this.now, dryRun };
  }

  history: History<InstanceMeasure> | undefined;

  restartError: Error | undefined;
  /** Restarts begin; they may fail later. */
  begins = true;

  status(): SupervisorStatus {
    return this.now;
  }

  drain(): void {
    this.calls.push('drain');
    this.now = { ...this.now, state: 'draining' };
  }

  shapes: ShapeRecorder = {
    record: async () => {
      throw new RespiteError('RESPITE_SUPERVISOR_SHAPE_RECORDED', 'recorded already');
    },
    stop: () => false,
  };

  async drills(): Promise<Drills> {
    return Promise.reject(new RespiteError('RESPITE_SUPERVISOR_DRILLS_NOT_ALLOWED', 'no drills here'));
  }

  async capture(worker: number, what: OnDemand, seconds: number): Promise<Captured> {
    this.calls.push(`capture ${what} of ${worker} for ${seconds} s`);
    if (what === 'stack') throw new Error('it is gone');
    if (what === 'heap-snapshot') return { kind: 'file', file: '/x/y.heapsnapshot', bytes: 7 };
    return { kind: 'content', fileName: 'a.profile', content: '{}' };
  }

  async restart(script?: string): Promise<void> {
    this.calls.push(script === undefined ? 'restart' : `restart ${script}`);
    const id = (this.now.lastRestart?.id ?? 0) + 1;
    const lastRestart = {
      id,
      script: '',
      startedAtMs: 1,
      endedAtMs: undefined,
      renewed: 0,
      problem: undefined,
    };
    if (this.begins) this.now = { ...this.now, lastRestart };
    if (this.restartError !== undefined) throw this.restartError;
  }
}

/** Keeps what was said, as `level: message`. */
export class FakeLog implements Log {
  readonly lines: string[] = [];
  debug(_fields: object, message: string): void {
    this.lines.push(`debug: ${message}`);
  }
  info(_fields: object, message: string): void {
    this.lines.push(`info: ${message}`);
  }
  warn(_fields: object, message: string): void {
    this.lines.push(`warn: ${message}`);
  }
  error(_fields: object, message: string): void {
    this.lines.push(`error: ${message}`);
  }
}
