export type { Log } from './log.ts';
export type { SupervisorOptions } from './options.ts';
export type { InstanceState, SupervisorStatus, WorkerState, WorkerStatus } from './status.ts';
export { startSupervisor, type Supervisor } from './supervisor.ts';
