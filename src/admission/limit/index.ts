export { AdaptiveLimit, type Limit, type Outcome } from './adaptive.ts';
export { fixedLimit } from './fixed.ts';
export { DEFAULTS, type LimitOptions, resolveLimitOptions, type ResolvedLimitOptions } from './options.ts';
