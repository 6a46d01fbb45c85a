export { chooseFormat, CONTENT_TYPES } from './negotiate.ts';
export { renderMetrics } from './prometheus.ts';
export type { MachineFigures } from './snapshot.ts';
