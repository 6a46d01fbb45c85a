export { observeOutbound } from './observe.ts';
export { type OutboundOptions, policeFetch } from './policed-fetch.ts';
