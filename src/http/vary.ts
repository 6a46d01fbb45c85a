// Variants (RFC 9111, 4.1).
import { splitList } from './directives.ts';
import type { Fields } from './fields.ts';

/** Sorted lower-case names of the fields that a response was chosen by. */
export function varyFields(fields: Fields): readonly string[] {
  const vary = fields['vary'];
  if (vary === undefined) return NONE;
  return [...new Set(splitList(vary).map((name) => name.toLowerCase()))].toSorted();
}

const NONE: readonly string[] = Object.freeze([]);

/**
 * What a request says in these fields, the same for requests that match each other: a field that is missing only matches
 * one that is missing; white space and the splitting of lists over lines don't count.
 */
export function varyValues(names: readonly string[], request: Fields): string {
  let values = '';
  for (const name of names) {
    const value = request[name];
    values += value === undefined ? '-\n' : `=${normalize(value)}\n`;
  }
  return values;
}

function normalize(value: string): string {
  return value.includes(',') && !value.includes('"')
    ? splitList(value).join(',')
    : value.replaceAll(/[ \t\r\n]+/g, ' ');
}
