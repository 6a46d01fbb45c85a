export { Admission } from './admission.ts';
export type { ShedEvent } from './events.ts';
export { admissionOf, installGate, permitOf, refuseAfterAll } from './gate.ts';
export type { CriticalityHeader } from './criticality-header.ts';
export type { AdmissionOptions, ResolvedAdmissionOptions } from './options.ts';
export { NOT_ANNOUNCED, type RequestObserver } from './observer.ts';
export type { Permit } from './permit.ts';
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
  type Signal as PressureSignal,
  type SignalOption,
  type Thresholds,
} from './pressure/index.ts';
export type { IdentityOf, PriorityOptions } from './priority/index.ts';
export { protect, type Protection, PROTECTED_CHANNEL } from './protect.ts';
export type { Waiting, WaitingRoute } from './under-way.ts';
export type { AdmissionCount, AdmissionStats, Decision, ShedReason, SignalPressure } from './stats.ts';
