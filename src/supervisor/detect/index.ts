export { judgeBlockedLoop } from './blocked-loop.ts';
export { type DetectOptions, type ResolvedDetectOptions, resolveDetectOptions } from './options.ts';
