// Records as JSON tuples, and back with every part checked: what comes back must not be able to make a response throw.
import { newFields } from '../../../http/fields.ts';
import type { ByteRange } from '../../../http/range.ts';
import type { StoredParts } from '../../policy/parts.ts';
import type { StoredEntry, StoredRecord, VaryMarker } from '../../policy/record.ts';
import { garbage } from './frame.ts';

const FLAGS = ['noCache', 'mustRevalidate', 'immutable', 'forAuthorized', 'forCookies', 'decoded'] as const;

/** Field names of RFC 9110, 5.1, in lower case. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
/** What `Headers` takes for a value. */
const VALUE = /^[^\0\r\n\u0100-\uFFFF]*$/;
/** What `Response` takes for a reason phrase (RFC 9112, 4). */
const PHRASE = /^[\t\x20-\x7E\x80-\xFF]*$/;

export function encodeRecord(record: StoredRecord): string {
  return JSON.stringify(record.kind === 'entry' ? entryTuple(record) : markerTuple(record));
}

function entryTuple(entry: StoredEntry): readonly unknown[] {
  const fields: string[] = [];
  for (const name in entry.fields) {
    const value = entry.fields[name];
    if (value !== undefined) fields.push(name, value);
  }
  let flags = 0;
  for (let i = 0; i < FLAGS.length; i += 1) {
    const name = FLAGS[i];
    if (name !== undefined && entry[name]) flags |= 1 << i;
  }
  return [
    entry.status,
    entry.statusText,
    fields,
    entry.bodyBytes,
    entry.bornAt,
    entry.freshUntil,
    entry.staleWhileRevalidateUntil,
    entry.staleIfErrorUntil,
    entry.expiresAt,
    flags,
    entry.tags,
    entry.epoch,
    ...(entry.parts === undefined && entry.setCookies === undefined ? [] : [partsTuple(entry.parts)]),
    ...(entry.setCookies === undefined ? [] : [entry.setCookies]),
  ];
}

function partsTuple(parts: StoredParts | undefined): readonly number[] {
  if (parts === undefined) return [];
  const { completeLength, ranges } = parts;
  return [completeLength, ...ranges.flatMap(({ first, last }) => [first, last])];
}

function markerTuple({ fields, generation, variants, expiresAt }: VaryMarker): readonly unknown[] {
  return ['vary', fields, generation, variants, expiresAt];
}

/** Throws a `RespiteError` `RESPITE_CACHE_GARBAGE`. */
export function decodeRecord(text: string): StoredRecord {
  let tuple: unknown;
  try {
    tuple = JSON.parse(text);
  } catch {
    throw garbage('no record');
  }
  if (!Array.isArray(tuple)) throw garbage('no record');
  return tuple[0] === 'vary' ? markerOf(tuple) : entryOf(tuple);
}

function entryOf(tuple: readonly unknown[]): StoredEntry {
  const status = number(tuple[0]);
  // What `Response` takes.
  if (!Number.isInteger(status) || status < 200 || status > 599) throw garbage('a record with no status');
  const statusText = string(tuple[1]);
  if (!PHRASE.test(statusText)) throw garbage('a record with no status text');
  const flags = number(tuple[9]);
  const bodyBytes = number(tuple[3]);
  return {
    kind: 'entry',
    status,
    statusText,
    fields: fieldsOf(tuple[2]),
    bodyBytes,
    bornAt: number(tuple[4]),
    freshUntil: number(tuple[5]),
    staleWhileRevalidateUntil: number(tuple[6]),
    staleIfErrorUntil: number(tuple[7]),
    expiresAt: number(tuple[8]),
    noCache: (flags & 1) !== 0,
    mustRevalidate: (flags & 2) !== 0,
    immutable: (flags & 4) !== 0,
    forAuthorized: (flags & 8) !== 0,
    forCookies: (flags & 16) !== 0,
    decoded: (flags & 32) !== 0,
    tags: strings(tuple[10]),
    epoch: number(tuple[11]),
    ...(hasParts(tuple[12]) && { parts: partsOf(tuple[12], bodyBytes) }),
    ...(tuple.length > 13 && { setCookies: cookies(tuple[13]) }),
  };
}

/** Before cookies there is an empty list where the whole is stored. */
function hasParts(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

function cookies(value: unknown): readonly string[] {
  const all = strings(value);
  if (!all.every((cookie) => VALUE.test(cookie))) throw garbage('a record with cookies that are none');
  return all;
}

/** In order, apart from each other, within the whole, and as many bytes as the body has. */
function partsOf(value: unknown, bodyBytes: number): StoredParts {
  const [completeLength, ...bounds] = (Array.isArray(value) ? (value as readonly unknown[]) : []).map(number);
  const ranges: ByteRange[] = [];
  let [next, bytes] = [0, 0];
  for (let i = 0; i < bounds.length; i += 2) {
    const [first = NaN, last = NaN] = [bounds[i], bounds[i + 1]];
    if (!(first >= next && last >= first)) throw garbage('a record with parts that are none');
    ranges.push({ first, last });
    bytes += last - first + 1;
    next = last + 2;
  }
  const isWithin = completeLength !== undefined && next - 2 < completeLength;
  if (!isWithin || ranges.length === 0 || bytes !== bodyBytes || !bounds.every(Number.isSafeInteger))
    throw garbage('a record with parts that are none');
  return { completeLength, ranges };
}

function markerOf(tuple: readonly unknown[]): VaryMarker {
  return {
    kind: 'vary',
    fields: strings(tuple[1]),
    generation: string(tuple[2]),
    variants: strings(tuple[3]),
    expiresAt: number(tuple[4]),
  };
}

function fieldsOf(value: unknown): Record<string, string> {
  const pairs = strings(value);
  const fields = newFields();
  for (let i = 0; i < pairs.length; i += 2) {
    const name = pairs[i];
    const content = pairs[i + 1];
    if (name === undefined || content === undefined || !NAME.test(name) || !VALUE.test(content))
      throw garbage('a record with fields that are none');
    fields[name] = content;
  }
  return fields;
}

function number(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw garbage('a record with something else for a number');
}

function string(value: unknown): string {
  if (typeof value === 'string') return value;
  throw garbage('a record with something else for a text');
}

function strings(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw garbage('a record with something else for a list');
  for (const item of value)
    if (typeof item !== 'string') throw garbage('a record with something else in a list');
  return value as readonly string[];
}
