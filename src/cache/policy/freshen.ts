// Validation (RFC 9111, 4.3): what to ask, and what the answer does to what is stored.
import { parseHttpDate } from '../../http/date.ts';
import { isEntityTag, weakMatch } from '../../http/etag.ts';
import { type Fields, newFields } from '../../http/fields.ts';
import { evaluate } from '../../http/preconditions.ts';
import { admit, type ArrivedResponse, type NotStored } from './admit.ts';
import type { PolicyOptions } from './options.ts';
import type { StoredEntry } from './record.ts';
import type { CacheRequest } from './request.ts';

/** Conditions that make a request a validation of the entry (RFC 9111, 4.3.1), or undefined if it has no validator. */
export function conditions(entry: StoredEntry): Record<string, string> | undefined {
  const { etag, 'last-modified': modified } = entry.fields;
  if (etag === undefined && modified === undefined) return undefined;
  return {
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(modified !== undefined && { 'if-modified-since': modified }),
  };
}

/** Whether a 304 is about this entry: the validators that it names are the stored ones (RFC 9111, 4.3.4). */
export function isAbout(response: Fields, entry: StoredEntry): boolean {
  const { etag, 'last-modified': modified } = response;
  const own = entry.fields['etag'] ?? '';
  // A strong validator is only ever about itself.
  if (etag !== undefined && isEntityTag(etag))
    return etag.startsWith('W/') ? weakMatch(etag, own) : etag === own;
  return modified === undefined || entry.fields['last-modified'] === undefined
    ? true
    : modified === entry.fields['last-modified'];
}

/** Fields of a 304 that say nothing about the stored response (RFC 9111, 3.2), as its body is kept. */
const KEPT = new Set([
  'content-digest',
  'content-length',
  'content-md5',
  'content-encoding',
  'content-range',
  'transfer-encoding',
  'set-cookie',
]);

/** The entry with the fields of a 304 or HEAD response in place of its own, or why it can't be kept any longer. */
export function freshen(
  request: CacheRequest,
  entry: StoredEntry,
  response: ArrivedResponse,
  options: PolicyOptions,
): StoredEntry | NotStored {
  const merged = newFields();
  for (const name in entry.fields) {
    const value = entry.fields[name];
    // How old it is now is said by the new response alone.
    if (value !== undefined && name !== 'date') merged[name] = value;
  }
  for (const name in response.fields) {
    const value = response.fields[name];
    if (value !== undefined && !KEPT.has(name)) merged[name] = value;
  }
  const { status, statusText } = entry;
  const asGet = request.method === 'GET' ? request : { ...request, method: 'GET' };
  const setCookies = response.setCookies?.length ? response.setCookies : entry.setCookies;
  const whole = { ...response, status, statusText, fields: merged, setCookies, decoded: false };
  const admitted = admit(asGet, whole, options);
  if (typeof admitted === 'string') return admitted;
  return { ...admitted, bodyBytes: entry.bodyBytes, decoded: entry.decoded };
}

/** Whether a response to HEAD shows that the stored one is no longer what GET would give (RFC 9111, 4.3.5). */
export function headContradicts(response: Fields, entry: StoredEntry): boolean {
  for (const name of ['etag', 'last-modified', 'content-length'] as const) {
    const [now, before] = [response[name], entry.fields[name]];
    if (now !== undefined && before !== undefined && now !== before) return true;
  }
  return false;
}

/** Whether the client's own copy is the stored response (RFC 9111, 4.3.2): answer it with 304. */
export function clientHasIt(request: CacheRequest, entry: StoredEntry, now: number): boolean {
  const { etag, 'last-modified': modified, date } = entry.fields;
  // Without Last-Modified, the time when it was made is one at which it was as it is (4.3.2).
  const lastModifiedMs = parseHttpDate(modified ?? date, now);
  const current = { etag, lastModifiedMs, exists: true };
  return evaluate(request.method, (name) => request.fields[name], current, now) === 'not-modified';
}
