export type { OpenTelemetryApi } from './api.ts';
export { reportTo } from './report-to.ts';
