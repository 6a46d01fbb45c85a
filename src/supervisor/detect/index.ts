export { judgeBlockedLoop } from './blocked-loop.ts';
export { type HeapTrend, judgeHeap } from './gc-death-spiral.ts';
export { type DetectOptions, type ResolvedDetectOptions, resolveDetectOptions } from './options.ts';
