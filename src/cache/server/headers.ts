// Header fields as handlers of node:http set them.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { type Fields, readFields } from '../../http/fields.ts';

/** What is written to a body. */
export type Written = string | Uint8Array;

export function bytesOf(chunk: Written, encoding: unknown, isLent: boolean): Uint8Array {
  if (typeof chunk !== 'string') return isLent ? Buffer.from(chunk) : chunk;
  return Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}

/** Responses to these have no body, whatever their handler writes. */
export const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 304]);

/** What says how a response may be stored, or what it is, counts whichever part has set it. */
const ABOUT_THE_RESPONSE = /cache|^content-|^(?:etag|expires|last-modified|location|pragma|set-cookie|vary)$/;

export function othersIn(headers: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const others: OutgoingHttpHeaders = {};
  for (const name in headers) if (!isAboutResponse(name)) others[name] = headers[name];
  return others;
}

export function isAboutResponse(name: string): boolean {
  return ABOUT_THE_RESPONSE.test(name);
}

export function isSame(a: OutgoingHttpHeaders[string], b: OutgoingHttpHeaders[string]): boolean {
  return Array.isArray(a) ? Array.isArray(b) && a.join('\n') === b.join('\n') : a === b;
}

export function setLength(res: ServerResponse, last: Written, encoding: unknown): void {
  if (WITHOUT_BODY.has(res.statusCode) || res.hasHeader('transfer-encoding')) return;
  res.setHeader('content-length', lengthOf(last, encoding));
}

export function lengthOf(chunk: Written, encoding: unknown): number {
  if (typeof chunk !== 'string') return chunk.byteLength;
  return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
}

/** All forms that writeHead takes: an object, a flat list, or pairs. */
export function setAll(res: ServerResponse, headers: unknown): void {
  if (Array.isArray(headers)) {
    const pairs = Array.isArray(headers[0])
      ? (headers as [string, string | string[]][])
      : headers.flatMap((name: string, i) =>
          i % 2 === 0 ? [[name, headers[i + 1]] as [string, string | string[]]] : [],
        );
    for (const [name] of pairs) res.removeHeader(name);
    for (const [name, value] of pairs) res.appendHeader(name, value);
  } else if (typeof headers === 'object' && headers !== null) {
    // Also undefined, which node:http refuses.
    for (const [name, value] of Object.entries(headers as Record<string, string>)) res.setHeader(name, value);
  }
}

export function fieldsOf(headers: OutgoingHttpHeaders): Fields {
  const fields: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) fields[name] = Array.isArray(value) ? value.map(String) : String(value);
  return readFields(fields);
}
