// The shape of a request: what remains of it when values are replaced by classes. Requests of one shape take about the same way through
// the user's code. Pure.
import type { IncomingHttpHeaders } from 'node:http';

/** Maximum of path segments, and of query parameters, that a shape has. */
const MAX_PARTS = 32;

/** Maximum characters of a target that are looked at; past them only its length counts. */
const MAX_TARGET = 4096;

/** Longest path segment that can be a word of the application, in characters. */
const MAX_WORD = 24;

/** A path segment that the application's author may have written. */
const WORD = /^[A-Za-z][A-Za-z._~-]*$/;

/** Method, path, names and classes of the query's parameters, class of the body's length, and its type. */
export function shapeOf(
  method: string,
  target: string,
  headers: IncomingHttpHeaders,
  bodyBytes: number,
): string {
  const kept = target.slice(0, MAX_TARGET);
  const at = kept.indexOf('?');
  const path = at === -1 ? kept : kept.slice(0, at);
  const query = at === -1 ? '' : kept.slice(at + 1);
  const segments = path.split('/', MAX_PARTS).map(segmentShape);
  const parameters = query === '' ? [] : query.split('&', MAX_PARTS).map(parameterShape);
  const type = bodyBytes === 0 ? '' : (headers['content-type']?.split(';', 1)[0] ?? '');
  return [
    method,
    segments.join('/'),
    parameters.toSorted().join('&'),
    lengthClass(target.length),
    bodyBytes < 0 ? 'unknown' : lengthClass(bodyBytes),
    type.trim().toLowerCase(),
  ].join(' ');
}

function segmentShape(segment: string): string {
  return segment === '' || (segment.length <= MAX_WORD && WORD.test(segment)) ? segment : valueShape(segment);
}

function parameterShape(parameter: string): string {
  const [name = ''] = parameter.split('=', 1);
  return `${name}=${valueShape(parameter.slice(name.length + 1))}`;
}

/** Class of the length, and which kinds of characters occur. */
export function valueShape(value: string): string {
  const digits = /\d/.test(value) ? 'd' : '';
  const letters = /[A-Za-z]/.test(value) ? 'a' : '';
  const others = /[^\dA-Za-z]/.test(value) ? 'o' : '';
  return `:${lengthClass(value.length)}${digits}${letters}${others}`;
}

/** 0, 1, 2 for 2 to 3, 3 for 4 to 7 and so on. */
export function lengthClass(length: number): number {
  return length <= 0 ? 0 : Math.floor(Math.log2(length)) + 1;
}
