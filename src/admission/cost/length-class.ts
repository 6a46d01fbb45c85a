import { UNKNOWN_LENGTH } from '../in-flight/body.ts';

const KB = 1024;
const MB = 1024 * KB;

/** Upper ends of the length classes, in bytes; above the last is one more, and one for bodies of unknown length. */
const ENDS = [0, 64 * KB, MB, 16 * MB] as const;

/** What the metrics call the length classes. */
export const LENGTH_CLASSES = ['none', 'to-64KB', 'to-1MB', 'to-16MB', 'larger', 'unknown'] as const;

/** @param bodyBytes `Content-Length`, 0 for no body, or `UNKNOWN_LENGTH`. @returns Index in {@link LENGTH_CLASSES}. */
export function lengthClassOf(bodyBytes: number): number {
  if (bodyBytes === 0) return 0;
  if (bodyBytes === UNKNOWN_LENGTH) return LENGTH_CLASSES.length - 1;
  let index = 1;
  while (index < ENDS.length && bodyBytes > (ENDS[index] ?? 0)) index += 1;
  return index;
}
