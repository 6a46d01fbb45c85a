export type { Supervisor } from './contract.ts';
export { NO_INCIDENTS } from './incident/counts.ts';
export type { Incident } from './incident/incident.ts';
export type { Log } from './log.ts';
export type { NotifyOptions } from './notify/options.ts';
export type { SupervisorOptions } from './options.ts';
export { logHealth } from './health-log.ts';
export {
  type InstanceState,
  NO_HEALTH,
  NO_RESTARTS_YET,
  type SupervisorStatus,
  type WorkerState,
  type WorkerStatus,
} from './status.ts';
export { startSupervisor } from './start-supervisor.ts';
