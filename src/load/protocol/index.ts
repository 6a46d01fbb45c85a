export { protocolHint } from './hint.ts';
export { spokenAt } from './spoken.ts';
