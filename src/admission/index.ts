export { Admission } from './admission.ts';
export type { ShedEvent } from './events.ts';
export { type AdmissionHost, type HostedAdmission, setProcessHost } from './host.ts';
export type { CriticalityHeader } from './classify/criticality-header.ts';
export { type FairnessSetup, FairShares, type TenantRates } from './fairness/index.ts';
export type { RequestInFlight } from './in-flight/request.ts';
export type { Traffic, Unanswered, UsualWait } from './in-flight/kinds.ts';
export type { Waiting, WaitingRoute } from './in-flight/requests.ts';
export type { TurnBudgetOptions } from './checks/turn-options.ts';
export type { LimitOptions } from './limit/options.ts';
export type { LoadReports } from './load-report.ts';
export {
  type AdmissionOptions,
  type ResolvedAdmissionOptions,
  resolveAdmissionOptions,
  type ShedStatus,
} from './options.ts';
export { NOT_ANNOUNCED, type RequestObserver } from './observer.ts';
export type { RequestRecorder } from './recorder.ts';
export {
  type CostOf,
  type Criticality,
  type ResolvedRoutePolicy,
  resolvePolicy,
  type RoutePolicy,
} from './policy.ts';
export {
  addPressureSignal,
  type BuiltInSignal,
  type PressureSignal,
  type SignalOption,
  type SignalOptions,
  type Thresholds,
} from './pressure/index.ts';
export type { IdentityOf, PriorityOptions } from './priority/index.ts';
export { type FingerprintSetup, Fingerprints } from './quarantine/fingerprint.ts';
export { Quarantine } from './quarantine/quarantine.ts';
export type { QuarantineNews, QuarantineRule, QuarantineRules, QuarantineScope } from './quarantine/rules.ts';
export { type Suspect, suspectOf } from './quarantine/suspect.ts';
export type { ShedCors, ShedResponseOptions } from './shed/options.ts';
export type { AdmissionCount, AdmissionStats, Decision, ShedReason, SignalPressure } from './stats.ts';
export { intercept, isIntercepted, speaksHttp } from './transport/intercept.ts';
export { answerShedLate } from './transport/late.ts';
export { admissionOf, requestOf } from './transport/marks.ts';
