// One range of bytes (RFC 9110, 14.1.2).

/** The first and last byte, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * What a Range field asks of a representation of `length` bytes: one range, `unsatisfiable`, or `ignore` for other
 * units, what is malformed, and several ranges, which a server may always answer with the whole.
 */
export function selectRange(field: string, length: number): ByteRange | 'unsatisfiable' | 'ignore' {
  const match = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(field.trim());
  if (match === null) return 'ignore';
  const [, first = '', last = ''] = match;
  if (first === '') {
    if (last === '') return 'ignore';
    const suffix = Number(last);
    if (suffix === 0 || length === 0) return 'unsatisfiable';
    return { first: Math.max(0, length - suffix), last: length - 1 };
  }
  if (last !== '' && Number(last) < Number(first)) return 'ignore';
  if (Number(first) >= length) return 'unsatisfiable';
  return { first: Number(first), last: last === '' ? length - 1 : Math.min(Number(last), length - 1) };
}

/** A Content-Range field of one range (RFC 9110, 14.4). */
export interface ContentRange extends ByteRange {
  /** Of the whole representation. */
  readonly completeLength: number;
}

/** Reads a Content-Range field; undefined for other units, an unknown length, and what can't be. */
export function parseContentRange(field: string): ContentRange | undefined {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/i.exec(field.trim());
  if (match === null) return undefined;
  const [first, last, completeLength] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return first <= last && last < completeLength ? { first, last, completeLength } : undefined;
}
