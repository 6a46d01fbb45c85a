export { AdaptiveLimit, type Outcome } from './adaptive.ts';
export { DEFAULTS, type LimitOptions, resolveLimitOptions, type ResolvedLimitOptions } from './options.ts';
