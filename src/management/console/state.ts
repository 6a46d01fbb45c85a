import path from 'node:path';
import type { GroupHealth } from '../../health/index.ts';
import type { History, InstanceMeasure, SupervisorStatus, WorkerStatus } from '../../supervisor/index.ts';
import { utilization } from '../../telemetry/utilization.ts';
import { instanceHealth } from '../health.ts';
import { publicStatus } from '../shown-status.ts';
import type { ShownOutbound, ShownState, ShownWorker } from './protocol.ts';
import { type Recent, verdictOf } from './verdict.ts';

/** What is now is the mean of this many seconds: one alone jumps. */
const NOW_SECONDS = 5;

/** The reasons are those of the history's curves, without what their names begin with. */
const REASON = 'reason-';

/** @param reasons Names of the curves of refusals. */
export function stateOf(
  status: SupervisorStatus,
  history: History<InstanceMeasure> | undefined,
  reasons: readonly InstanceMeasure[],
  {
    nowMs,
    version,
    isAuthenticated,
    outbound,
  }: {
    nowMs: number;
    version: string;
    isAuthenticated: boolean;
    outbound: ShownOutbound | undefined;
  },
): ShownState {
  const shown = isAuthenticated ? status : publicStatus(status);
  const health = instanceHealth(status, undefined, isAuthenticated) ?? { status: 'UNKNOWN', components: {} };
  const readiness = instanceHealth(status, 'ready', false);
  return {
    nowMs,
    version,
    script: path.basename(status.script),
    instance: status.state,
    startedAtMs: status.startedAtMs,
    dryRun: status.dryRun,
    restarting: status.restarting,
    isAuthenticated,
    verdict: verdictOf(shown, recentOf(history, reasons), downIn(readiness), nowMs),
    fullestResource: utilization(status)?.fullest,
    headroomRatio: status.headroom?.ratio,
    workersWanted: status.workersWanted,
    workers: status.workers.map(workerOf),
    health,
    incidents: shown.incidents.map(({ id, cause, summary, worker, openedAtMs, endedAtMs, outcome }) => ({
      id,
      cause,
      summary,
      worker: worker.id,
      openedAtMs,
      endedAtMs,
      outcome,
    })),
    guessed: guessedIn(status.workers),
    outbound,
    quarantines: shown.quarantine.entries.map(({ id, scope, name, deaths, sinceMs, probeAtMs }) => ({
      id,
      scope,
      name,
      deaths,
      sinceMs,
      probeAtMs,
    })),
  };
}

/** By hint, of those that a worker has really put into a lower class. */
function guessedIn(workers: readonly WorkerStatus[]): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { sample } of workers) {
    for (const { name, series } of sample?.instruments ?? []) {
      if (name !== 'respite_admission_guessed_total') continue;
      for (const { labels, value } of series) {
        const { hint = '', decision } = labels;
        if (value > 0 && decision === 'lowered') found[hint] = (found[hint] ?? 0) + value;
      }
    }
  }
  return found;
}

function workerOf(worker: WorkerStatus): ShownWorker {
  const { id, slot, pid, state, startedAtMs, restarts, sample, report } = worker;
  const loopDelayMs =
    state === 'unresponsive'
      ? report?.gapMs
      : sample && Math.round(1000 * Math.max(0, sample.eventLoopDelayP99Seconds));
  return {
    id,
    slot,
    pid,
    state,
    startedAtMs,
    restarts,
    loopUtilization: report?.utilization ?? sample?.eventLoopUtilization,
    loopDelayMs,
    rssBytes: report?.rssBytes ?? sample?.rssBytes,
    heapBytes: sample?.heapUsedBytes,
    inFlight: report?.inFlight ?? sample?.admission.inFlight,
    limit: sample?.admission.limit,
  };
}

function downIn(readiness: GroupHealth | undefined): readonly string[] {
  return Object.entries(readiness?.components ?? {})
    .filter(([name, { status }]) => status === 'DOWN' && name !== 'workers' && name !== 'instance')
    .map(([name]) => name);
}

function recentOf(
  history: History<InstanceMeasure> | undefined,
  reasons: readonly InstanceMeasure[],
): Recent {
  const mean = (name: InstanceMeasure): number => {
    if (history === undefined || history.added === 0) return 0;
    const { values } = history.curve(name, Math.max(history.oldest, history.added - NOW_SECONDS));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    served: mean('served') + mean('failed'),
    wouldRefuse: mean('wouldRefuse'),
    refused: Object.fromEntries(reasons.map((name) => [name.slice(REASON.length), mean(name)])),
  };
}
