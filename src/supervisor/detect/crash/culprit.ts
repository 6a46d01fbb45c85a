import { fileURLToPath } from 'node:url';
import type { StackFrame } from '../../../worker/index.ts';

/** Where this package is, as frames of ESM and of CommonJS name it. */
const OWN = [new URL('../../..', import.meta.url).href, fileURLToPath(new URL('../../..', import.meta.url))];

/** The innermost function that is neither Node.js's nor ours, as `name (file:line)`. */
export function culprit(frames: readonly StackFrame[]): string | undefined {
  const frame = frames.find(
    ({ url }) => url !== '' && !url.startsWith('node:') && !OWN.some((own) => url.startsWith(own)),
  );
  if (frame === undefined) return undefined;
  const file = frame.url.replace(/^file:\/\//, '');
  return `${frame.functionName === '' ? 'an anonymous function' : frame.functionName} (${file}:${frame.line})`;
}
