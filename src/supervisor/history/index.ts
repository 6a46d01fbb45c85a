export { type Curve, History } from './history.ts';
export type { InstanceMeasure } from './instance-history.ts';
export { WORKER_MEASURES, WorkerHistory, type WorkerMeasure } from './worker-history.ts';
