import path from 'node:path';
import type { IndicatorReport } from '../core/health-link.ts';
import type { SupervisorStatus } from '../supervisor/index.ts';
import { type Redact, redactAll } from '../core/redact.ts';
import { withHiddenPeers } from './hidden-peers.ts';

/** The status for authenticated callers: everything except secrets. Incidents hold none. */
export function statusWithoutSecrets(status: SupervisorStatus, redact: Redact): SupervisorStatus {
  return {
    ...status,
    workers: status.workers.map((worker) => ({
      ...worker,
      report: worker.report && { ...worker.report, lastRequest: redact(worker.report.lastRequest) },
      health: redactAll(worker.health, redact),
    })),
    health: { ...status.health, indicators: redactAll(status.health.indicators, redact) },
    lastRestart: redactAll(status.lastRestart, redact),
  };
}

/**
 * The status for callers without authentication: counters and states. Paths of files and requests, names of functions, peers, and
 * what else incidents and health say, are for authenticated callers.
 */
export function publicStatus(status: SupervisorStatus): SupervisorStatus {
  return withHiddenPeers({
    ...status,
    script: path.basename(status.script),
    lastRestart: status.lastRestart && {
      ...status.lastRestart,
      script: path.basename(status.lastRestart.script),
      problem: status.lastRestart.problem && 'given up',
    },
    workers: status.workers.map((worker) => ({
      ...worker,
      report: worker.report === undefined ? undefined : { ...worker.report, lastRequest: '' },
      health: worker.health.map(withoutDetails),
    })),
    health: { ...status.health, indicators: status.health.indicators.map(withoutDetails) },
    quarantine: {
      ...status.quarantine,
      entries: status.quarantine.entries.map((entry) => ({ ...entry, name: '' })),
    },
    incidents: status.incidents.map((incident) => ({
      ...incident,
      summary: incident.cause,
      steps: [],
      facts: [],
      report: undefined,
      stack: undefined,
    })),
  });
}

function withoutDetails(report: IndicatorReport): IndicatorReport {
  return { ...report, peer: undefined, error: undefined, details: {} };
}
