export { broadcast, type BroadcastOptions } from './broadcast.ts';
export type { OverflowOptions, OverflowPolicy } from './options.ts';
