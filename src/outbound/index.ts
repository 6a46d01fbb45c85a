export { observeOutbound } from './observe.ts';
export type { OutboundOptions } from './options.ts';
export { policeFetch } from './policed-fetch.ts';
