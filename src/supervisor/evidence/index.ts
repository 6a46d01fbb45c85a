export { Captures } from './captures.ts';
export { Evidence } from './evidence.ts';
export { LogTail } from './log-tail.ts';
