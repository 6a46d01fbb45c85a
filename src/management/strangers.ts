import type { SupervisorStatus } from '../supervisor/index.ts';

/**
 * The status as everybody may see it who reaches the port: counters and states. Paths of requests, names of functions and what
 * else an incident tells are for the entitled.
 */
export function forStrangers(status: SupervisorStatus): SupervisorStatus {
  return {
    ...status,
    workers: status.workers.map((worker) =>
      worker.report === undefined ? worker : { ...worker, report: { ...worker.report, lastRequest: '' } },
    ),
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
