export { observeOutbound } from './observe.ts';
export type { OutboundOptions } from './options.ts';
export { policeOutbound } from './police.ts';
