// The shape of a request: what remains of it when values are replaced by classes. Requests of one shape take about the same way through
// the user's code. Pure.
import type { IncomingHttpHeaders } from 'node:http';

/** Maximum of path segments, and of query parameters, that are looked at. */
const MAX_PARTS = 32;

/** Maximum characters of a target that are looked at; past them only its length counts. */
const MAX_TARGET = 4096;

/** Longest path segment that can be a word of the application, in characters. */
const MAX_WORD = 24;

/** A path segment that the application's author may have written. */
const WORD = /^[A-Za-z][A-Za-z._~-]*$/;

/** Where a request goes: method, path with a mark for each value, and names of the query's parameters. */
export function placeOf(method: string, target: string): string {
  const [path, query] = split(target);
  const segments = path.split('/', MAX_PARTS).map((segment) => (isWord(segment) ? segment : ':'));
  const names = parametersIn(query).map(([name]) => name);
  return `${method} ${segments.join('/')} ${names.join('&')}`;
}

/** The place, with classes of all values and of the body's length, and the body's type. */
export function shapeOf(
  method: string,
  target: string,
  headers: IncomingHttpHeaders,
  bodyBytes: number,
): string {
  const [path, query] = split(target);
  const type = bodyBytes === 0 ? '' : (headers['content-type']?.split(';', 1)[0] ?? '');
  return [
    placeOf(method, target),
    ...path
      .split('/', MAX_PARTS)
      .filter((segment) => !isWord(segment))
      .map(valueShape),
    ...parametersIn(query).map(([, value]) => valueShape(value)),
    lengthClass(target.length),
    bodyBytes < 0 ? 'unknown' : lengthClass(bodyBytes),
    type.trim().toLowerCase(),
  ].join(' ');
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

function split(target: string): readonly [path: string, query: string] {
  const kept = target.slice(0, MAX_TARGET);
  const at = kept.indexOf('?');
  return at === -1 ? [kept, ''] : [kept.slice(0, at), kept.slice(at + 1)];
}

function isWord(segment: string): boolean {
  return segment === '' || (segment.length <= MAX_WORD && WORD.test(segment));
}

/** In the order of their names. */
function parametersIn(query: string): readonly (readonly [name: string, value: string])[] {
  if (query === '') return [];
  const parameters = query.split('&', MAX_PARTS).map((parameter) => {
    const [name = ''] = parameter.split('=', 1);
    return [name, parameter.slice(name.length + 1)] as const;
  });
  return parameters.toSorted(([one], [other]) => (one < other ? -1 : 1));
}
