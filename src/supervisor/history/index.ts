export { type Curve, History, type Moment } from './history.ts';
export { WORKER_MEASURES, WorkerHistory, type WorkerMeasure } from './worker-history.ts';
