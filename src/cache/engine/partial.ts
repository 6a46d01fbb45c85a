// Stored parts of a representation (RFC 9111, 3.3 and 3.4) on their way in and out: which requests they answer, what is asked for to
// complete them, and how a new part joins them.
import type { Fields } from '../../http/fields.ts';
import type { ByteRange, ContentRange } from '../../http/range.ts';
import { admit } from '../policy/admit.ts';
import { mayUse } from '../policy/decide.ts';
import type { PolicyOptions } from '../policy/options.ts';
import {
  addPart,
  combinedFields,
  isComplete,
  isOfSame,
  lengthOf,
  missingRange,
  partIn,
  type Parts,
  PARTS_LIMIT,
  storedRange,
} from '../policy/parts.ts';
import type { StoredEntry } from '../policy/record.ts';
import type { CacheRequest } from '../policy/request.ts';
import type { CacheStore } from '../store/contract.ts';
import { commit } from './commit.ts';
import type { Flight } from './flight.ts';
import { type Found, look } from './lookup.ts';
import { joinedBody } from './joined-body.ts';
import type { Arrived } from './upstream.ts';

/** Attempts to store a part beside others that arrive at the same time. */
const ATTEMPTS = 3;

/** What is found without stored parts that don't answer the request: it is a miss, and they may be completed by what comes. */
export function partsAside(request: CacheRequest, found: Found, now: number): Found {
  const { entry, body } = found;
  if (entry?.parts === undefined || storedRange(request, entry, body, now) !== undefined) return found;
  return { ...found, entry: undefined, partial: { entry, body } };
}

/** What is missing of a stored representation, to be asked for in place of all of it. */
export interface Completion {
  readonly asked: Fields;
  /** The response as if all of it had come; undefined if it is not what was asked for. */
  complete(arrived: Arrived): Arrived | undefined;
}

/** Undefined where all of it has to be asked for. */
export function completionFor({ request, found, origin }: Flight): Completion | undefined {
  const { partial } = found;
  const { noCache, reload } = request.directives;
  const isPlain = request.isShareable && request.isPlain && !noCache && !reload;
  // A handler of this process is asked once, so it must not be asked for something that it might not give.
  if (partial?.entry.parts === undefined || !isPlain || origin.isLocal) return undefined;
  const { entry, body } = partial;
  const { completeLength } = partial.entry.parts;
  const { etag, 'content-encoding': encoding } = entry.fields;
  const missing = missingRange(partial.entry.parts);
  if (missing === undefined || etag === undefined || !mayUse(request, entry)) return undefined;
  if (encoding !== undefined && origin.decodes(encoding)) return undefined;
  if (body.byteLength + lengthOf(missing) !== completeLength) return undefined;
  const last = missing.last === completeLength - 1 ? '' : missing.last;
  return {
    asked: { range: `bytes=${missing.first}-${last}`, 'if-range': etag },
    complete: (arrived) => {
      const part = partOf(arrived);
      const isAsked =
        part !== undefined &&
        isOfSame(entry, arrived.fields, part) &&
        part.first === missing.first &&
        part.last === missing.last;
      return isAsked ? completed(arrived, entry, body, missing, completeLength) : undefined;
    },
  };
}

function completed(
  arrived: Arrived,
  entry: StoredEntry,
  body: Uint8Array,
  missing: ByteRange,
  completeLength: number,
): Arrived {
  const fields = combinedFields(entry.fields, arrived.fields);
  fields['content-length'] = String(completeLength);
  const [before, after] = [body.subarray(0, missing.first), body.subarray(missing.first)];
  return {
    ...arrived,
    status: 200,
    statusText: 'OK',
    fields,
    body: joinedBody(before, arrived.body, lengthOf(missing), after),
  };
}

/** A part that may be stored. */
export interface AdmittedPart {
  readonly part: ContentRange;
  /** As it is for the one who asked. */
  readonly shown: StoredEntry;
  /** As the whole is stored. */
  readonly entry: StoredEntry;
}

/** Undefined for what is no part, can't be combined, or is not worth it: a response of which all is stored needs no parts. */
export function admitPart(
  request: CacheRequest,
  found: Found,
  arrived: Arrived,
  options: PolicyOptions & { readonly entryLimitBytes: number },
): AdmittedPart | undefined {
  const part = partOf(arrived);
  if (part === undefined || request.method !== 'GET' || request.range === undefined) return undefined;
  const stored = found.entry ?? found.partial?.entry;
  if (stored !== undefined && stored.parts === undefined) return undefined;
  if (lengthOf(part) > options.entryLimitBytes) return undefined;
  const base = stored !== undefined && isOfSame(stored, arrived.fields, part) ? stored : undefined;
  // An answer to If-Range need not repeat what its client knows, such as Content-Type (RFC 9110, 15.3.7).
  if (base === undefined && request.fields['if-range'] !== undefined) return undefined;
  const fields = combinedFields(base?.fields, arrived.fields);
  const entry = admit(request, { ...arrived, status: 200, statusText: 'OK', fields }, options);
  if (typeof entry === 'string') return undefined;
  const shown = combinedFields(undefined, entry.fields);
  const { 'content-range': contentRange = '' } = arrived.fields;
  Object.assign(shown, { 'content-range': contentRange, 'content-length': String(lengthOf(part)) });
  return { part, entry, shown: { ...entry, ...PARTIAL, fields: shown } };
}

const PARTIAL = { status: 206, statusText: 'Partial Content' } as const;

function partOf({ status, fields, decoded, redirected }: Arrived): ContentRange | undefined {
  return decoded || redirected ? undefined : partIn(status, fields);
}

/**
 * Stores a part beside those that are stored of the same representation, or in place of those of another. Parts that others have stored
 * meanwhile are of the same bytes if they have the same strong entity tag; then they keep what is known of them, as they were asked for later.
 *
 * @returns The record, if it is stored.
 */
export async function commitPart(
  store: CacheStore,
  request: CacheRequest,
  found: Found,
  { part, entry }: AdmittedPart,
  bytes: Uint8Array,
  limitBytes: number,
): Promise<StoredEntry | undefined> {
  let [current, own] = [found, entry];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const stored = partsIn(current);
    const isBase = stored !== undefined && isOfSame(stored.entry, own.fields, part);
    if (attempt > 0) {
      if (!isBase) return undefined;
      own = { ...stored.entry, status: 200, statusText: 'OK' };
    }
    // Bytes that contradict what is stored replace it: the tag was not what it promised.
    const combined =
      (isBase ? addPart(stored.held, part, bytes) : undefined) ?? addPart(undefined, part, bytes);
    if (combined === undefined) return undefined;
    const { parts, body } = combined;
    if (parts.ranges.length > PARTS_LIMIT || body.byteLength > limitBytes) return undefined;
    const record = recordOf(own, combined);
    if (await commit(store, request, current, record, body)) return record;
    current = await look(store, request);
  }
  return undefined;
}

/** Stored parts as they were found, whether they answer the request or not. */
function partsIn(found: Found): { readonly entry: StoredEntry; readonly held: Parts } | undefined {
  const { entry, body } = found.partial ?? found;
  return entry?.parts === undefined ? undefined : { entry, held: { parts: entry.parts, body } };
}

function recordOf(whole: StoredEntry, { parts, body }: Parts): StoredEntry {
  const { completeLength } = parts;
  const entry: StoredEntry = { ...whole, bodyBytes: body.byteLength, parts: undefined };
  if (!isComplete(parts)) return { ...entry, ...PARTIAL, parts };
  const fields = combinedFields(undefined, whole.fields);
  fields['content-length'] = String(completeLength);
  return { ...entry, fields };
}
