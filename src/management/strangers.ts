import type { IndicatorReport } from '../core/health-link.ts';
import type { SupervisorStatus } from '../supervisor/index.ts';

/**
 * The status as everybody may see it who reaches the port: counters and states. Paths of requests, names of functions, peers, and
 * what else incidents and health tell, are for the entitled.
 */
export function forStrangers(status: SupervisorStatus): SupervisorStatus {
  return {
    ...status,
    workers: status.workers.map((worker) => ({
      ...worker,
      report: worker.report === undefined ? undefined : { ...worker.report, lastRequest: '' },
      health: worker.health.map(withoutDetails),
    })),
    health: { ...status.health, indicators: status.health.indicators.map(withoutDetails) },
    incidents: status.incidents.map((incident) => ({
      ...incident,
      summary: incident.cause,
      steps: [],
      facts: [],
      report: undefined,
      stack: undefined,
    })),
  };
}

function withoutDetails(report: IndicatorReport): IndicatorReport {
  return { ...report, peer: undefined, error: undefined, details: {} };
}
