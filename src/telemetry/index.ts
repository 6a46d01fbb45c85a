export { renderPrometheus } from './prometheus.ts';
