export { AdaptiveLimit, type Limit } from './adaptive.ts';
export { fixedLimit } from './fixed.ts';
export type { Outcome } from './lane.ts';
export { type Counted, type Place, type Stage, strike } from './roster.ts';
