import { isOwn } from '../../../core/own-files.ts';
import type { StackFrame } from '../../../worker/index.ts';

/** The innermost function that is neither Node.js's nor ours, as `name (file:line)`. */
export function culprit(frames: readonly StackFrame[]): string | undefined {
  const frame = frames.find(({ url }) => url !== '' && !url.startsWith('node:') && !isOwn(url));
  if (frame === undefined) return undefined;
  const file = frame.url.replace(/^file:\/\//, '');
  return `${frame.functionName === '' ? 'an anonymous function' : frame.functionName} (${file}:${frame.line})`;
}
