export { Captures, type CaptureRequest } from './captures.ts';
export { Evidence } from './evidence.ts';
export { LogTail } from './log-tail.ts';
