// A healer with everything around it made up, for tests.
import type { WatchdogReport } from '../../../worker/index.ts';
import { type DetectOptions, resolveDetectOptions } from '../../detect/detectors/index.ts';
import { Healer, type HealerConfig } from './healer.ts';
import type { Incident } from '../../incidents/incident.ts';
import { IncidentLedger } from '../../incidents/ledger.ts';
import type { Patient } from './patient.ts';
import { Recovery } from '../../incidents/recovery.ts';

export const CALM: WatchdogReport = {
  kind: 'report',
  sequence: 1,
  gapMs: 0,
  lagMs: 0,
  starvedMs: 0,
  starvedGapMs: 0,
  debugger: false,
  oldGenerationLimitBytes: 100,
  oldGenerationBytes: 10,
  liveBytes: 0,
  majorCollections: 0,
  externalBytes: 0,
  rssBytes: 100,
  utilization: 0,
  shortBlocksMs: 0,
  inFlight: 0,
  completions: 0,
  abandoned: 0,
  waiting: 0,
  oldestWaitingMs: 0,
  lastRequest: 'GET /slow',
};

export const FRAME = { functionName: 'spin', url: 'file:///srv/app.mjs', line: 7, column: 1 };

export interface Ward {
  readonly healer: Healer<Patient>;
  readonly worker: Patient;
  /** What was done, in order. */
  readonly done: string[];
  readonly told: Incident[];
  readonly warned: string[];
  nowMs: number;
  /** The old worker has ended. */
  finish(problem?: string): Promise<void>;
}

export function ward(detect: DetectOptions = {}, more: Partial<HealerConfig<Patient>> = {}): Ward {
  const done: string[] = [];
  const told: Incident[] = [];
  const warned: string[] = [];
  let finish: (problem: string | undefined) => void = () => {};
  const log = (_fields: object, message: string): void => void message;
  const incidents = new IncidentLedger(() => made.nowMs);
  incidents.subscribe((incident) => told.push(incident));
  const recovery = new Recovery({ ledger: incidents, nowMs: () => made.nowMs });
  const made: Ward = {
    done,
    told,
    warned,
    nowMs: 1000,
    worker: {
      id: 3,
      slot: 1,
      pid: 42,
      state: 'ready',
      hold: (isHeld) => done.push(isHeld ? 'hold' : 'release'),
      kill: () => done.push('kill'),
    },
    healer: new Healer<Patient>({
      detect: resolveDetectOptions(detect),
      log: { debug: log, info: log, warn: (_fields, message) => warned.push(message), error: log },
      nowMs: () => made.nowMs,
      drainTimeoutMs: 10_000,
      incidents,
      recovery,
      replace: async (worker, cause) => {
        done.push(`replace ${worker.id} ${cause}`);
        return new Promise((resolve) => (finish = resolve));
      },
      ...more,
    }),
    finish: async (problem) => {
      if (problem === undefined) {
        recovery.back(1);
        recovery.resolved(1);
      }
      finish(problem);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  return made;
}
