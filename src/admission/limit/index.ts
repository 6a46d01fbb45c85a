export { AdaptiveLimit, type Limit } from './adaptive.ts';
export { fixedLimit } from './fixed.ts';
export type { Outcome } from './windowed-limit.ts';
export { type Counted, type Place, Roster, type Stage, strike } from './roster.ts';
