export { Admission } from './admission.ts';
export { installGate } from './gate.ts';
export type { AdmissionOptions, Criticality, ResolvedAdmissionOptions } from './options.ts';
export { protect, type Protection, PROTECTED_CHANNEL } from './protect.ts';
export type { AdmissionCount, AdmissionStats, Decision, ShedReason } from './stats.ts';
