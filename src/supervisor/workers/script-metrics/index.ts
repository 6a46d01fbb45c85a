export { type ScriptMetrics, ScriptMetricsGatherer } from './script-metrics.ts';
