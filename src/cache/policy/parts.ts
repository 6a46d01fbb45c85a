// Parts of a representation (RFC 9110, 14; RFC 9111, 3.3 and 3.4): which can be stored, how they combine, and which requests they answer.
// Only parts with the same strong entity tag and length are parts of the same bytes.
import type { Fields } from '../../http/fields.ts';
import { newFields } from '../../http/fields.ts';
import { isEntityTag } from '../../http/etag.ts';
import { rangeApplies } from '../../http/preconditions.ts';
import { type ByteRange, type ContentRange, parseContentRange, selectRange } from '../../http/range.ts';
import type { StoredEntry } from './record.ts';
import type { CacheRequest } from './request.ts';

/** Which parts of a representation are stored. The stored body is these parts one after the other. */
export interface StoredParts {
  /** Of the whole representation, in bytes. */
  readonly completeLength: number;
  /** In order; between any two there are bytes that are not stored. */
  readonly ranges: readonly ByteRange[];
}

/** Parts and their bytes. */
export interface Parts {
  readonly parts: StoredParts;
  readonly body: Uint8Array;
}

/** Maximum number of parts of one representation that are stored. Without a bound, one byte here and there would cost more than it saves. */
export const PARTS_LIMIT = 16;

/** Which part a 206 brings; undefined if it has none that can be combined: no strong entity tag, several ranges, an unknown length. */
export function partIn(status: number, fields: Fields): ContentRange | undefined {
  const { etag, 'content-range': contentRange, 'content-length': contentLength } = fields;
  if (status !== 206 || etag === undefined || contentRange === undefined) return undefined;
  if (etag.startsWith('W/') || !isEntityTag(etag)) return undefined;
  const part = parseContentRange(contentRange);
  if (part === undefined) return undefined;
  return contentLength === undefined || Number(contentLength) === lengthOf(part) ? part : undefined;
}

/** Whether a part is one of the representation of which some is stored. */
export function isOfSame(entry: StoredEntry, fields: Fields, { completeLength }: ContentRange): boolean {
  return entry.parts?.completeLength === completeLength && entry.fields['etag'] === fields['etag'];
}

/**
 * Stored parts and another one of the same representation; undefined if the bytes are not as many as the part has, or contradict what
 * is stored: then an entity tag was not what it promised, and nothing can be combined.
 */
export function addPart(before: Parts | undefined, part: ContentRange, bytes: Uint8Array): Parts | undefined {
  const { first, last, completeLength } = part;
  if (bytes.byteLength !== lengthOf(part)) return undefined;
  if (before === undefined) return { parts: { completeLength, ranges: [{ first, last }] }, body: bytes };
  const { ranges } = before.parts;
  // Those that overlap with it or touch it become one with it.
  const touching = ranges.filter((range) => range.first <= last + 1 && range.last >= first - 1);
  const merged = {
    first: Math.min(first, touching[0]?.first ?? first),
    last: Math.max(last, touching.at(-1)?.last ?? last),
  };
  const all = [...ranges.filter((range) => !touching.includes(range)), merged].toSorted(
    (a, b) => a.first - b.first,
  );
  const body = new Uint8Array(all.reduce((sum, range) => sum + lengthOf(range), 0));
  const parts = { completeLength, ranges: all };
  let position = 0;
  for (const range of ranges) {
    const length = lengthOf(range);
    body.set(before.body.subarray(position, position + length), offsetIn(parts, range.first));
    position += length;
  }
  const at = offsetIn(parts, first);
  for (const range of touching) {
    const [from, to] = [Math.max(range.first, first), Math.min(range.last, last)];
    if (from > to) continue;
    const known = body.subarray(offsetIn(parts, from), offsetIn(parts, to) + 1);
    if (!isSame(known, bytes.subarray(from - first, to - first + 1))) return undefined;
  }
  body.set(bytes, at);
  return { parts, body };
}

/** Whether nothing is missing. */
export function isComplete({ completeLength, ranges }: StoredParts): boolean {
  const [only] = ranges;
  return ranges.length === 1 && only !== undefined && lengthOf(only) === completeLength;
}

/** The one range that is missing; undefined if there are several, so that it is better to ask for all. */
export function missingRange({ completeLength, ranges }: StoredParts): ByteRange | undefined {
  const gaps: ByteRange[] = [];
  let next = 0;
  for (const { first, last } of ranges) {
    if (first > next) gaps.push({ first: next, last: first - 1 });
    next = last + 1;
  }
  if (next < completeLength) gaps.push({ first: next, last: completeLength - 1 });
  return gaps.length === 1 ? gaps[0] : undefined;
}

/** The part of the representation that answers a request, if it is stored; `undefined` if only the origin has it. */
export function storedRange(
  request: CacheRequest,
  entry: StoredEntry,
  body: Uint8Array,
  now: number,
): (ByteRange & { readonly bytes: Uint8Array }) | undefined {
  const { parts } = entry;
  const { method, range, isConditional, fields } = request;
  if (parts === undefined || range === undefined || method !== 'GET' || isConditional) return undefined;
  // What a store outside of this process gives need not be what was put there.
  if (parts.ranges.reduce((sum, each) => sum + lengthOf(each), 0) !== body.byteLength) return undefined;
  if (!rangeApplies(fields['if-range'], entry.fields, now)) return undefined;
  const wanted = selectRange(range, parts.completeLength);
  if (typeof wanted === 'string') return undefined;
  const { first, last } = wanted;
  if (!parts.ranges.some((stored) => stored.first <= first && last <= stored.last)) return undefined;
  const at = offsetIn(parts, first);
  return { first, last, bytes: body.subarray(at, at + lengthOf(wanted)) };
}

/** Fields of a response that is combined from stored parts and a new one, whose fields count (RFC 9111, 3.4). */
export function combinedFields(stored: Fields | undefined, arrived: Fields): Record<string, string> {
  const fields = newFields();
  for (const each of [stored, arrived])
    for (const name in each) {
      const value = each[name];
      // How old it is now is said by the new response alone.
      const isOfOne = name === 'content-range' || name === 'content-length';
      const isOfNew = each === arrived || (name !== 'date' && name !== 'age');
      if (value !== undefined && !isOfOne && isOfNew) fields[name] = value;
    }
  return fields;
}

/** Bytes of a range. */
export function lengthOf({ first, last }: ByteRange): number {
  return last - first + 1;
}

/** Where a byte of the representation, which is stored, stands in the stored body. */
function offsetIn({ ranges }: StoredParts, byte: number): number {
  let offset = 0;
  for (const range of ranges) {
    if (byte <= range.last) return offset + byte - range.first;
    offset += lengthOf(range);
  }
  return offset;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
