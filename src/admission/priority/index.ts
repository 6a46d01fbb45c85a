export { Cohorts, seedOf } from './cohort.ts';
export { identityReader } from './identity.ts';
export { COHORTS, levelOf } from './level.ts';
export type { IdentityOf, PriorityOptions, ResolvedPriorityOptions } from './options.ts';
export { Priority } from './priority.ts';
