export { Cohorts, seedOf } from './cohort.ts';
export { identityReader } from './identity.ts';
export { levelOf } from './level.ts';
export {
  DEFAULTS,
  type IdentityOf,
  type PriorityOptions,
  resolvePriorityOptions,
  type ResolvedPriorityOptions,
} from './options.ts';
export { Priority } from './priority.ts';
