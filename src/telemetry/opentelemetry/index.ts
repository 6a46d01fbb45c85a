export type { OpenTelemetryApi } from './api.ts';
export { reportTo } from './report-to.ts';
export { resendAttributes } from './resend.ts';
