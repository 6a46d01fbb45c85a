export {
  DRILL_FAULTS,
  type DrillFacts,
  type DrillFault,
  type DrillRequest,
  type Drills,
} from './instance/drill/contract.ts';
export { type DrillOptions, parseDependency, type ResolvedDrillOptions } from './instance/drill/options.ts';
export type { RecordedRequests, ShapeEnd, ShapeRecorder } from './instance/shape/contract.ts';
export type { InstancePhase, Supervisor } from './instance/contract.ts';
export { LOAD_FILE, type LoadBefore } from './incidents/evidence/load-history.ts';
export { CAUSES } from './causes.ts';
export type { StoredIncident } from './incidents/evidence/folder.ts';
export type { Captured, OnDemand } from './incidents/evidence/captures.ts';
export type { IncidentsOptions, ResolvedIncidentsOptions } from './incidents/evidence/options.ts';
export { NO_FAIRNESS } from './instance/fairness/status.ts';
export type { Fleet } from './instance/fleet/index.ts';
export type { InstanceMeasure } from './instance/history/index.ts';
export type { History } from '../core/history.ts';
export { NO_INCIDENTS } from './incidents/counts.ts';
export type { Incident, OnIncident } from './incidents/incident.ts';
export { NO_QUARANTINE, type QuarantineStatus } from './quarantine/status.ts';
export type { Log } from './log.ts';
export type { NotifyOptions } from './incidents/notify/options.ts';
export type { ResolvedSupervisorOptions, SupervisorOptions } from './instance/options.ts';
export { directoryAsReached, problemOfScript, type WorkerSettings } from './workers/release/index.ts';
export { type EnvFile, takeEnvFiles } from './workers/process/env-files.ts';
export { logHealth } from './instance/health-log.ts';
export { type InstanceState, NO_HEALTH, type SupervisorStatus } from './instance/status.ts';
export {
  NO_RESTARTS_YET,
  type RestartStatus,
  type WorkerState,
  type WorkerStatus,
} from './workers/status.ts';
export type { ScriptMetrics } from './workers/script-metrics/index.ts';
export { startSupervisor } from './instance/start-supervisor.ts';
export { opensInspector, takeInspector, wordsOf } from './workers/process/inspector.ts';
