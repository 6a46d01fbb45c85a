// The fields of an answer in the two shapes that undici's handlers read.
import type { Answer } from '../engine/answer.ts';
import type { DispatchHeaders } from '../../core/dispatch-shapes.ts';

/** By name. */
export function headersFor({ fields, extra, setCookies, age, cacheStatus }: Answer): DispatchHeaders {
  const headers: Record<string, string | string[]> = {};
  for (const name in fields) {
    const value = fields[name];
    if (value !== undefined && name !== 'set-cookie') headers[name] = value;
  }
  for (const name in extra) {
    const value = extra[name];
    if (value !== undefined) headers[name] = value;
  }
  if (setCookies.length > 0) headers['set-cookie'] = [...setCookies];
  if (age !== undefined) headers['age'] = String(age);
  headers['cache-status'] = withUpstream(fields['cache-status'], cacheStatus);
  return headers;
}

/** Names and values in turn. */
export function rawHeadersFor({ fields, extra, setCookies, age, cacheStatus }: Answer): Buffer[] {
  const raw: Buffer[] = [];
  for (const name in fields) {
    const value = extra?.[name] ?? fields[name];
    if (value === undefined || name === 'set-cookie' || name === 'cache-status') continue;
    if (name !== 'age' || age === undefined) raw.push(nameOf(name), Buffer.from(value, 'latin1'));
  }
  for (const name in extra) {
    const value = extra[name];
    if (value !== undefined && fields[name] === undefined)
      raw.push(nameOf(name), Buffer.from(value, 'latin1'));
  }
  for (const cookie of setCookies) raw.push(nameOf('set-cookie'), Buffer.from(cookie, 'latin1'));
  if (age !== undefined) raw.push(nameOf('age'), Buffer.from(String(age), 'latin1'));
  const status = withUpstream(fields['cache-status'], cacheStatus);
  raw.push(nameOf('cache-status'), Buffer.from(status, 'latin1'));
  return raw;
}

/** Headers of an interim response. */
export function rawOf(headers: DispatchHeaders): Buffer[] {
  const raw: Buffer[] = [];
  for (const [name, value] of Object.entries(headers))
    for (const line of [value ?? []].flat()) raw.push(nameOf(name), Buffer.from(line, 'latin1'));
  return raw;
}

/** What caches before this one have said comes first (RFC 9211, 2). */
function withUpstream(upstream: string | undefined, own: string): string {
  return upstream === undefined ? own : `${upstream}, ${own}`;
}

/** Names come again and again; an origin that makes up new ones gets no memory for them. */
const NAMES_LIMIT = 1000;
const names = new Map<string, Buffer>();

function nameOf(name: string): Buffer {
  const known = names.get(name);
  if (known !== undefined) return known;
  const made = Buffer.from(name, 'latin1');
  if (names.size < NAMES_LIMIT) names.set(name, made);
  return made;
}
