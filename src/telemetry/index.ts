export type { Format } from './exposition.ts';
export type { Exemplar } from './metric.ts';
export { chooseFormat, CONTENT_TYPES } from './negotiate.ts';
export { renderMetrics } from './prometheus.ts';
