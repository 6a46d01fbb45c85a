export { chooseFormat, CONTENT_TYPES } from './negotiate.ts';
export { renderMetrics } from './prometheus.ts';
export type { MachineFigures, SupervisorFigures } from './snapshot.ts';
