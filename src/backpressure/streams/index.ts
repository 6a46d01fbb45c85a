export { toWritable } from './writable.ts';
export { toWritableStream } from './writable-stream.ts';
